"""The demo: everything at work on bundled sample feeds, served on loopback and watched live."""
