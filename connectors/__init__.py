"""Everything that touches the outside: feeds, logs, indexes, notification channels."""
