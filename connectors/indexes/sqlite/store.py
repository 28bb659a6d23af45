"""``SqliteIndex``: the records of all indexes in one file, written, read by id, searched and scanned."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from connectors.indexes.sqlite.search import Search
from connectors.indexes.sqlite.tables import TABLES, Table, first_row, next_row
from connectors.indexes.sqlite.translate import translate
from connectors.sqlite import LOCK_TIMEOUT, Database
from schemas.ids import stable_id
from schemas.protocols import Found, Page, Sort
from schemas.query.project import project
from schemas.query.tree import Query
from schemas.records import Record, decode, encode
from schemas.times import to_micros

_SCHEMA = (
    # Revisions are never given twice, so that a record deleted and written anew is not taken for the old one.
    "CREATE TABLE revisions (last INTEGER NOT NULL)",
    "INSERT INTO revisions VALUES (0)",
    *(statement for table in TABLES.values() for statement in table.schema()),
)


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


class SqliteIndex:
    """An ``Index`` (see ``schemas.protocols``) in the file ``path``, which is made where it is not there.

    For records without ``first_seen`` the time of their first writing takes its place.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime], timeout: float = LOCK_TIMEOUT) -> None:
        """Open the index; ``clock`` tells what ``now`` is, ``timeout`` how many seconds to wait for other writers."""
        self._database = Database(path, _SCHEMA, timeout)
        self._clock = clock

    def upsert(self, index: str, records: Sequence[Record]) -> None:
        """Write ``records`` by id; one whose ``version`` is below the stored one is left out silently."""
        table = _table(index)
        entries = [_entry(table, record) for record in records]
        with self._database.write() as connection:
            stored = _stored(connection, table, [entry.id for entry in entries])
            for entry in entries:
                old = stored.get(entry.id)
                if old is None or entry.version >= old.version:
                    stored[entry.id] = self._write(connection, table, entry, old)

    def create(self, index: str, records: Sequence[Record]) -> set[str]:
        """Write those of ``records`` whose id is not there yet; returns the ids that were new."""
        table = _table(index)
        entries = [_entry(table, record) for record in records]
        new: set[str] = set()
        with self._database.write() as connection:
            stored = _stored(connection, table, [entry.id for entry in entries])
            for entry in entries:
                if entry.id not in stored and entry.id not in new:
                    self._write(connection, table, entry, None)
                    new.add(entry.id)
        return new

    def put(self, index: str, record: Record, seen: object | None) -> object | None:
        """Write ``record`` if its stored revision is still ``seen`` (None: not there yet); returns the new one."""
        table = _table(index)
        entry = _entry(table, record)
        with self._database.write() as connection:
            old = _stored(connection, table, [entry.id]).get(entry.id)
            if (old.revision if old else None) != seen:
                return None
            return self._write(connection, table, entry, old).revision

    def get(self, index: str, ids: Iterable[str]) -> dict[str, Found]:
        """The records of ``ids`` by id; those not there are absent."""
        table = _table(index)
        with self._database.read() as connection:
            rows = connection.execute(
                f"""SELECT id, revision, body FROM {table.records} JOIN {table.bodies} USING (row)
                WHERE id IN (SELECT value FROM json_each(?))""",
                (json.dumps(list(ids)),),
            ).fetchall()
        return {id_: Found(decode(body, table.kind), revision) for id_, revision, body in rows}

    def search(
        self,
        index: str,
        query: Query | None,
        *,
        sort: Sort = "new",
        limit: int = 20,
        after: str | None = None,
        facets: Sequence[str] = (),
    ) -> Page:
        """One page of what ``query`` (None: everything) finds; see the protocol.

        Raises:
            ValueError: ``after`` is no cursor of this search, or a facet is no field of exact values.
        """
        table = _table(index)
        for field in facets:
            if field not in table.exact:
                raise ValueError(f"{field!r} cannot be counted in {index}; one of {', '.join(table.exact)} can")
        name = stable_id(index, sort, repr(query))
        plan = translate(table, None if query is None else query.root, self._clock())
        with self._database.read() as connection:
            search = Search(connection, table, plan)
            page = search.newest(name, limit, after) if sort == "new" else search.best(name, query, limit, after)
            return page._replace(facets=search.facets(facets)) if facets else page

    def scan(self, index: str, since: datetime | None = None) -> Iterator[Record]:
        """All records of ``index`` as they are when it begins, streamed; with ``since`` those first seen from then."""
        table = _table(index)
        least = to_micros(since) if since is not None else None
        bounds = "" if least is None else f"WHERE row >= {first_row(least)} AND first_seen >= {least}"
        with self._database.snapshot() as connection:
            for (body,) in connection.execute(
                f"SELECT body FROM {table.records} JOIN {table.bodies} USING (row) {bounds}"
            ):
                yield decode(body, table.kind)

    def count(self, index: str) -> int:
        """How many records ``index`` holds."""
        with self._database.read() as connection:
            (number,) = connection.execute(f"SELECT count(*) FROM {_table(index).records}").fetchone()
        return int(number)

    def refresh(self, index: str) -> None:
        """Nothing to do: what was written is found at once."""

    def delete(self, index: str, ids: Iterable[str]) -> None:
        """Remove the records of ``ids``; those not there are no error."""
        table = _table(index)
        with self._database.write() as connection:
            for stored in _stored(connection, table, list(ids)).values():
                _remove(connection, table, stored.row)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _write(self, connection: Connection, table: Table, entry: Entry, old: Stored | None) -> Stored:
        if entry.first_seen is not None:
            first_seen = to_micros(entry.first_seen)
        else:
            first_seen = old.first_seen if old else to_micros(self._clock())
        row = old.row if old and first_row(first_seen) <= old.row < next_row(first_row(first_seen)) else None
        if row is None:
            row = _free_row(connection, table, first_seen)
        (revision,) = connection.execute("UPDATE revisions SET last = last + 1 RETURNING last").fetchone()
        if old:
            _remove(connection, table, old.row)
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


def _table(index: str) -> Table:
    try:
        return TABLES[index]
    except KeyError:
        raise ValueError(f"there is no index {index!r}; there are {', '.join(TABLES)}") from None


def _entry(table: Table, record: Record) -> Entry:
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


def _stored(connection: Connection, table: Table, ids: Sequence[str]) -> dict[str, Stored]:
    rows = connection.execute(
        f"""SELECT id, row, version, revision, first_seen FROM {table.records}
        WHERE id IN (SELECT value FROM json_each(?))""",
        (json.dumps(ids),),
    ).fetchall()
    return {row[0]: Stored(*row) for row in rows}


def _remove(connection: Connection, table: Table, row: int) -> None:
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
