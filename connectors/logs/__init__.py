"""The homes of the log: SQLite (embedded)."""
