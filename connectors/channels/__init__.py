"""Where alerts go: the terminal and webhooks, each a ``Channel`` that sends one ``Notice`` at a time."""
