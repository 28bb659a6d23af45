"""``SqliteIndex``: the records of all indexes in one file, written, read by id, searched and scanned."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection

from connectors.indexes.sqlite import rows
from connectors.indexes.sqlite.rows import Entry, Stored, entry_of
from connectors.indexes.sqlite.search import Search
from connectors.indexes.sqlite.tables import TABLES, Table, first_row
from connectors.indexes.sqlite.translate import translate
from connectors.sqlite import LOCK_TIMEOUT, Database
from schemas.ids import stable_id
from schemas.protocols import Found, Page, Sort
from schemas.query.tree import Query
from schemas.records import Record, decode
from schemas.times import to_micros

SCHEMA = (
    # Revisions are never given twice, so that a record deleted and written anew is not taken for the old one.
    "CREATE TABLE revisions (last INTEGER NOT NULL)",
    "INSERT INTO revisions VALUES (0)",
    *(statement for table in TABLES.values() for statement in table.schema()),
)
REMEDY = "run: redline reindex"
"""What to do about a file with other tables."""


class SqliteIndex:
    """An ``Index`` (see ``schemas.protocols``) in the file ``path``, which is made where it is not there.

    For records without ``first_seen`` the time of their first writing takes its place.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime], timeout: float = LOCK_TIMEOUT) -> None:
        """Open the index; ``clock`` tells what ``now`` is, ``timeout`` how many seconds to wait for other writers."""
        self._database = Database(path, SCHEMA, timeout, remedy=REMEDY)
        self._clock = clock

    def upsert(self, index: str, records: Sequence[Record]) -> None:
        """Write ``records`` by id; one whose ``version`` is below the stored one is left out silently."""
        table = _table(index)
        entries = [entry_of(table, record) for record in records]
        with self._database.write() as connection:
            stored = rows.stored(connection, table, [entry.id for entry in entries])
            for entry in entries:
                old = stored.get(entry.id)
                if old is None or entry.version >= old.version:
                    stored[entry.id] = self._write(connection, table, entry, old)

    def create(self, index: str, records: Sequence[Record]) -> set[str]:
        """Write those of ``records`` whose id is not there yet; returns the ids that were new."""
        table = _table(index)
        entries = [entry_of(table, record) for record in records]
        new: set[str] = set()
        with self._database.write() as connection:
            stored = rows.stored(connection, table, [entry.id for entry in entries])
            for entry in entries:
                if entry.id not in stored and entry.id not in new:
                    self._write(connection, table, entry, None)
                    new.add(entry.id)
        return new

    def put(self, index: str, record: Record, seen: object | None) -> object | None:
        """Write ``record`` if its stored revision is still ``seen`` (None: not there yet); returns the new one."""
        table = _table(index)
        entry = entry_of(table, record)
        with self._database.write() as connection:
            old = rows.stored(connection, table, [entry.id]).get(entry.id)
            if (old.revision if old else None) != seen:
                return None
            return self._write(connection, table, entry, old).revision

    def get(self, index: str, ids: Iterable[str]) -> dict[str, Found]:
        """The records of ``ids`` by id; those not there are absent."""
        table = _table(index)
        with self._database.read() as connection:
            found = connection.execute(
                f"""SELECT id, revision, body FROM {table.records} JOIN {table.bodies} USING (row)
                WHERE id IN (SELECT value FROM json_each(?))""",
                (json.dumps(list(ids)),),
            ).fetchall()
        return {id_: Found(decode(body, table.kind), revision) for id_, revision, body in found}

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
            for old in rows.stored(connection, table, list(ids)).values():
                rows.remove(connection, table, old.row)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _write(self, connection: Connection, table: Table, entry: Entry, old: Stored | None) -> Stored:
        if entry.first_seen is not None:
            first_seen = to_micros(entry.first_seen)
        else:
            first_seen = old.first_seen if old else to_micros(self._clock())
        (revision,) = connection.execute("UPDATE revisions SET last = last + 1 RETURNING last").fetchone()
        return rows.write(connection, table, entry, old, revision=revision, first_seen=first_seen)


def _table(index: str) -> Table:
    try:
        return TABLES[index]
    except KeyError:
        raise ValueError(f"there is no index {index!r}; there are {', '.join(TABLES)}") from None
