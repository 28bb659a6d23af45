"""Makes the tables of an index file anew, as this version of Redline wants them, while others search and write.

The records are copied into tables beside the old ones, a few at a time: first all, then what was written meanwhile (its
revision is higher), until hardly anything is. The rest is copied in the one transaction that puts the new tables in
the place of the old ones, so that nobody ever sees a state in between. Whoever has the file open goes on with the new
tables, or is told to start anew where it is of another version. The old tables' room is used again by what comes.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from sqlite3 import Connection, OperationalError
from typing import NamedTuple

import msgspec

from connectors.indexes.progress import Told
from connectors.indexes.sqlite.rows import Entry, entry_of, remove, stored, write
from connectors.indexes.sqlite.store import SCHEMA
from connectors.indexes.sqlite.tables import TABLES, Table
from connectors.sqlite import Database, version_of
from schemas.errors import RedlineError
from schemas.records import decode

_NEW, _OLD = "new_", "old_"
_PARTS = ("", "_body", "_text", "_exact")
_AT_ONCE = 100
_FEW = 500
"""So many records are copied while writers wait."""
_ROUNDS = 20
_START = -(2**63)


class _Copy(NamedTuple):
    """A record of the old tables, ready for the new ones."""

    entry: Entry
    row: int
    revision: int
    first_seen: int


def reindex(path: Path, told: Told) -> None:
    """Make the tables of the index in ``path`` anew.

    Raises:
        RedlineError: another is doing so now, or a stored record cannot be read; the file is as it was.
        UnavailableError: the file is locked for too long; the file is as it was.
    """
    with _alone(path), closing(Database(path, SCHEMA, remedy=None)) as database:
        try:
            _Reindex(database, told).run()
        except OperationalError as error:
            raise RedlineError(f"{path} cannot be re-indexed, it is of no known version: {error}") from error


class _Reindex:
    def __init__(self, database: Database, told: Told) -> None:
        self._database = database
        self._told = told
        self._copied = dict.fromkeys(TABLES, 0)
        self._done = _START
        """All writes up to this revision are in the new tables."""

    def run(self) -> None:
        self._drop(_NEW)
        self._drop(_OLD)
        with self._database.write() as connection:
            for table in TABLES.values():
                for statement in replace(table, prefix=_NEW).schema():
                    connection.execute(statement)
        for _ in range(_ROUNDS):
            with self._database.read() as connection:
                last = _last_revision(connection)
            count = sum(self._round(table) for table in TABLES.values())
            self._done = last
            if count <= _FEW:
                break
        self._switch()
        self._drop(_OLD)

    def _round(self, table: Table) -> int:
        """Copy what was written to ``table`` after what is done; returns how many records."""
        count, row = 0, _START
        while True:
            with self._database.read() as connection:
                copies = list(_read(connection, table, self._done, row))
            if not copies:
                return count
            with self._database.write() as connection:
                _write(connection, table, copies)
            row = copies[-1].row
            count += len(copies)
            self._copied[table.index] += len(copies)
            self._told(table.index, self._copied[table.index])

    def _drop(self, prefix: str) -> None:
        """Remove the tables whose names begin with ``prefix``; a re-indexing that was killed may have left some."""
        for index in TABLES:
            for part in _PARTS:
                with self._database.write() as connection:  # each for itself, since large ones take their time
                    connection.execute(f'DROP TABLE IF EXISTS "{prefix}{index}{part}"')

    def _switch(self) -> None:
        with self._database.write() as connection:
            for table in TABLES.values():
                row = _START
                while copies := list(_read(connection, table, self._done, row)):
                    _write(connection, table, copies)
                    row = copies[-1].row
                _forget_deleted(connection, table)
            for table in TABLES.values():
                for part in _PARTS:
                    _rename(connection, table.index + part, _OLD + table.index + part)
                    _rename(connection, _NEW + table.index + part, table.index + part)
            connection.execute(f"PRAGMA user_version = {version_of(SCHEMA)}")


def _read(connection: Connection, table: Table, after: int, row: int) -> Iterator[_Copy]:
    """The next records behind ``row`` that were written after revision ``after``."""
    if not _is_there(connection, table.index):
        return
    found = connection.execute(
        f"""SELECT row, id, revision, first_seen, body FROM {table.records} JOIN {table.bodies} USING (row)
        WHERE row > ? AND revision > ? ORDER BY row LIMIT {_AT_ONCE}""",
        (row, after),
    )
    for at, id_, revision, first_seen, body in found:
        try:
            entry = entry_of(table, decode(body, table.kind))
        except msgspec.DecodeError as error:
            raise RedlineError(f"{id_} of index {table.index} cannot be read: {error}") from error
        yield _Copy(entry, at, revision, first_seen)


def _write(connection: Connection, table: Table, copies: Sequence[_Copy]) -> None:
    new = replace(table, prefix=_NEW)
    there = stored(connection, new, [copy.entry.id for copy in copies])
    for copy in copies:
        old = there.get(copy.entry.id)
        write(connection, new, copy.entry, old, revision=copy.revision, first_seen=copy.first_seen)


def _forget_deleted(connection: Connection, table: Table) -> None:
    """Remove what was deleted after it had been copied."""
    new = replace(table, prefix=_NEW)
    if not _is_there(connection, table.index) or _count(connection, new) == _count(connection, table):
        return
    gone = f"SELECT row FROM {new.records} WHERE id NOT IN (SELECT id FROM {table.records})"
    for (row,) in connection.execute(gone).fetchall():
        remove(connection, new, row)


def _count(connection: Connection, table: Table) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {table.records}").fetchone()
    return int(count)


def _last_revision(connection: Connection) -> int:
    (last,) = connection.execute("SELECT last FROM revisions").fetchone()
    return int(last)


def _is_there(connection: Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (name,)).fetchone() is not None


def _rename(connection: Connection, name: str, other: str) -> None:
    if _is_there(connection, name):
        connection.execute(f'ALTER TABLE "{name}" RENAME TO "{other}"')


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    # A lock on the folder: to open the file itself once more would end SQLite's locks on it when it is closed.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise RedlineError(f"{path} is being re-indexed by another process; wait for that to end") from error
    finally:
        os.close(folder)
