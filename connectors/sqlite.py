"""One SQLite file that any process and thread may read and write: WAL, short transactions, errors translated.

Rules of the house, and why:

- Writes begin with ``BEGIN IMMEDIATE``. SQLite waits for a lock (``timeout``) only when a transaction begins; one that
  began as a reader and then writes fails at once with "database is locked".
- ``synchronous=FULL``. With ``NORMAL`` a transaction that was acknowledged can be gone after a power cut. A feed's
  entry counts as seen, and an offset as done, once it was acknowledged; so neither log nor index may forget it.
- One connection and one lock an object: it may be used from any thread. What streams has a connection of its own.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import RedlineError, UnavailableError

LOCK_TIMEOUT = 30.0
REMEDY = "move it away or use that version"
_PASSING = {
    sqlite3.SQLITE_BUSY: "another process held its lock for too long; see which one writes to it and try again",
    sqlite3.SQLITE_LOCKED: "it is locked; try again",
    sqlite3.SQLITE_FULL: "the disk is full; free some space and try again",
    sqlite3.SQLITE_IOERR: "the disk fails or is full; see to it and try again",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; see that its folder exists and may be written to",
    sqlite3.SQLITE_READONLY: "it may not be written to; see to its permissions",
    sqlite3.SQLITE_NOMEM: "memory is exhausted; try again",
    sqlite3.SQLITE_PROTOCOL: "too many processes opened it at once; try again",
}
_LASTING = {
    sqlite3.SQLITE_NOTADB: "it is no database; move it away",
    sqlite3.SQLITE_CORRUPT: "it is damaged; move it away and restore a copy",
}


class Database:
    """An open file and the one way to read it and write to it."""

    def __init__(
        self, path: Path, schema: Sequence[str], timeout: float = LOCK_TIMEOUT, *, remedy: str | None = REMEDY
    ) -> None:
        """Open ``path`` and, where it is new, run the statements of ``schema``; several processes may do so at once.

        ``timeout`` is how many seconds a transaction waits for others. ``remedy`` is what to do about a file of another
        schema, also where it became one while it was open; with None any is taken.

        Raises:
            UnavailableError: the file cannot be opened, or is locked for longer than ``timeout``.
            RedlineError: the file is no database, or was made with another schema.
        """
        self._path = path
        self._timeout = timeout
        self._remedy = remedy
        self._wanted = version_of(schema)
        self._lock = threading.RLock()
        with self._translated():
            self._connection = self._connect()
            try:
                self._enter_wal()
                self._create(schema)
            except BaseException:
                self._connection.close()
                raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A short transaction that sees one state of the file and never waits for a writer."""
        with self._lock, self._translated(), _transaction(self._connection, "BEGIN"):
            self._check(self._connection)
            yield self._connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A short transaction that alone may write; it is durable when the block is left, undone when it raises."""
        with self._lock, self._translated(), _transaction(self._connection, "BEGIN IMMEDIATE"):
            self._check(self._connection)
            yield self._connection

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Like ``read``, on a connection of its own: for what is streamed while others go on."""
        with self._translated():
            connection = self._connect()
            try:
                with _transaction(connection, "BEGIN"):
                    self._check(connection)
                    yield connection
            finally:
                connection.close()

    def close(self) -> None:
        """Close the connection; the object cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=self._timeout, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -65536")  # in KiB; what is not used is not taken
        # After a burst the WAL file is cut back to this many bytes.
        connection.execute("PRAGMA journal_size_limit = 67108864")
        return connection

    def _enter_wal(self) -> None:
        # SQLite does not wait for the lock that this change needs, so that two processes which create the file at
        # once would fail. Where the file is in WAL mode already it takes no lock.
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def _create(self, schema: Sequence[str]) -> None:
        # Looking first means that a command which only reads never waits for a writer.
        if _version(self._connection) == 0:
            with _transaction(self._connection, "BEGIN IMMEDIATE"):
                if _version(self._connection) == 0:
                    for statement in schema:
                        self._connection.execute(statement)
                    self._connection.execute(f"PRAGMA user_version = {self._wanted}")
        self._check(self._connection)

    def _check(self, connection: sqlite3.Connection) -> None:
        if self._remedy is not None and _version(connection) != self._wanted:
            raise RedlineError(f"{self._path} was made by another version of Redline; {self._remedy}")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code in _PASSING:
                raise UnavailableError(f"{self._path}: {error}: {_PASSING[code]}", str(self._path)) from error
            if code in _LASTING:
                raise RedlineError(f"{self._path}: {error}: {_LASTING[code]}") from error
            raise


def version_of(schema: Sequence[str]) -> int:
    """The number by which a file tells that it was made with ``schema``."""
    return zlib.crc32("\n".join(schema).encode()) & 0x7FFFFFFF


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    try:
        connection.execute(begin)
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
