"""The embedded index: records, and full-text search over them, in one SQLite file."""

from connectors.indexes.sqlite.store import SqliteIndex

__all__ = ["SqliteIndex"]
