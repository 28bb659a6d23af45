"""A record as rows of its tables: made ready, looked up, written and removed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import NamedTuple

from connectors.indexes.sqlite.tables import Table, first_row, next_row
from schemas.query.project import project
from schemas.records import Record, encode


class Entry(NamedTuple):
    """A record made ready for its tables, before the transaction begins."""

    id: str
    version: int
    first_seen: datetime | None
    body: bytes
    numbers: list[float | None]
    exact: list[str | None]
    text: list[str]


class Stored(NamedTuple):
    """What the table knows of a record."""

    id: str
    row: int
    version: int
    revision: int
    first_seen: int


def entry_of(table: Table, record: Record) -> Entry:
    """``record`` made ready; it must be one that ``table`` holds."""
    if not isinstance(record, table.kind):
        raise TypeError(f"{table.index} holds {table.kind.__name__}, not {type(record).__name__}")
    projection = project(table.index, record)
    return Entry(
        record.id,
        getattr(record, "version", 0),
        getattr(record, "first_seen", None),
        encode(record),
        table.numbers_of(projection),
        table.exact_of(projection),
        table.text_of(projection),
    )


def stored(connection: Connection, table: Table, ids: Sequence[str]) -> dict[str, Stored]:
    """What ``table`` knows of those of ``ids`` that are there."""
    rows = connection.execute(
        f"""SELECT id, row, version, revision, first_seen FROM {table.records}
        WHERE id IN (SELECT value FROM json_each(?))""",
        (json.dumps(ids),),
    ).fetchall()
    return {row[0]: Stored(*row) for row in rows}


def write(
    connection: Connection, table: Table, entry: Entry, old: Stored | None, *, revision: int, first_seen: int
) -> Stored:
    """Write ``entry`` in the place of ``old``, None where nothing is; ``first_seen`` in microseconds since 1970."""
    row = old.row if old and first_row(first_seen) <= old.row < next_row(first_row(first_seen)) else None
    if row is None:
        row = _free_row(connection, table, first_seen)
    if old:
        remove(connection, table, old.row)
    values = (row, entry.id, entry.version, revision, first_seen, *entry.numbers)
    connection.execute(f"INSERT INTO {table.records} VALUES ({_marks(values)})", values)
    connection.execute(f"INSERT INTO {table.bodies} VALUES (?, ?)", (row, entry.body))
    if table.searched:
        connection.execute(
            f"INSERT INTO {table.text} ({', '.join(table.text_columns)}, rowid) VALUES ({_marks(entry.text)}, ?)",
            (*entry.text, row),
        )
        values = (row, *entry.exact)
        connection.execute(f"INSERT INTO {table.values} VALUES ({_marks(values)})", values)
    return Stored(entry.id, row, entry.version, revision, first_seen)


def remove(connection: Connection, table: Table, row: int) -> None:
    """Remove the record in ``row``."""
    connection.execute(f"DELETE FROM {table.records} WHERE row = ?", (row,))
    connection.execute(f"DELETE FROM {table.bodies} WHERE row = ?", (row,))
    if table.searched:
        connection.execute(f"DELETE FROM {table.text} WHERE rowid = ?", (row,))
        connection.execute(f"DELETE FROM {table.values} WHERE record = ?", (row,))


def _free_row(connection: Connection, table: Table, first_seen: int) -> int:
    first = first_row(first_seen)
    (last,) = connection.execute(
        f"SELECT max(row) FROM {table.records} WHERE row >= ? AND row < ?", (first, next_row(first))
    ).fetchone()
    return first if last is None else int(last) + 1


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
