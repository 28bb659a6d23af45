"""The homes of the index: SQLite (embedded)."""
