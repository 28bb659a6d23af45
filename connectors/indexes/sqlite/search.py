"""One page of a search: the newest hits, or the best of the newest, with cursors and facets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from sqlite3 import Connection
from typing import NamedTuple

import msgspec

from connectors.indexes.cursors import read_cursor, write_cursor
from connectors.indexes.sqlite.tables import Table, next_row
from connectors.indexes.sqlite.translate import Plan, relevance
from schemas.protocols import Page
from schemas.query.tree import Query
from schemas.records import Record, decode

RANKED = 2_000
COUNTED = 10_000
_TOP = 2**63 - 1


class Hit(NamedTuple):
    """A record that was found, and where it stands in the order of time."""

    row: int
    first_seen: int
    id: str

    @property
    def order(self) -> tuple[int, str]:
        """The key that sorts the newest first, then by id."""
        return -self.first_seen, self.id


class NewCursor(msgspec.Struct, array_like=True):
    """The last hit of a page of the newest; what is newer never moves the next page."""

    search: str
    row: int
    first_seen: int
    id: str


class BestCursor(msgspec.Struct, array_like=True):
    """The last hit of a page of the best, and the newest row that the first page saw.

    Scores shift a little with every record that is written: the next page begins after ``id``, wherever that now
    stands, or at ``position`` where it is gone.
    """

    search: str
    top: int
    position: int
    id: str


class Search:
    """One search over one index, within one transaction."""

    def __init__(self, connection: Connection, table: Table, plan: Plan) -> None:
        """Look in ``table`` for what meets ``plan``."""
        self._connection = connection
        self._table = table
        self._plan = plan

    def newest(self, name: str, limit: int, after: str | None) -> Page:
        """The page of the newest hits; ``name`` tells this search's cursors from those of another."""
        cursor = None if after is None else read_cursor(after, name, NewCursor)
        below = _TOP if cursor is None else next_row(cursor.row)
        page: list[Hit] = []
        # Rows of one millisecond stand in the order of writing; only within it need they be sorted.
        for _, hits in groupby(self._hits(below), key=lambda hit: next_row(hit.row)):
            page += sorted(hits, key=lambda hit: hit.order)
            if cursor is not None:
                page = [hit for hit in page if hit.order > (-cursor.first_seen, cursor.id)]
            if len(page) > limit:
                break
        more = NewCursor(name, *page[limit - 1]) if len(page) > limit > 0 else None
        return self._page(page[:limit], more)

    def best(self, name: str, query: Query | None, limit: int, after: str | None) -> Page:
        """The page of the best hits by BM25 among the newest."""
        cursor = None if after is None else read_cursor(after, name, BestCursor)
        hits = list(islice(self._hits(_TOP if cursor is None else cursor.top + 1), RANKED))
        expression = None if query is None else relevance(query.root)
        if expression is not None and hits:
            scores = self._scores(expression, hits)
            hits.sort(key=lambda hit: (scores.get(hit.row, 0.0), hit.order))
        else:
            hits.sort(key=lambda hit: hit.order)
        start = 0 if cursor is None else _following(hits, cursor)
        end = start + limit
        more = None
        if len(hits) > end > start:
            top = cursor.top if cursor is not None else max(hit.row for hit in hits)
            more = BestCursor(name, top, end, hits[end - 1].id)
        return self._page(hits[start:end], more)

    def facets(self, fields: Sequence[str]) -> dict[str, dict[str, int]]:
        """How often each value of ``fields`` occurs in the newest hits, the most frequent first."""
        rows = [hit.row for hit in islice(self._hits(_TOP), COUNTED)] if fields else []
        counts: dict[str, Counter[str]] = {field: Counter() for field in fields}
        for (tokens,) in self._connection.execute(
            f"SELECT exact FROM {self._table.text} WHERE rowid IN (SELECT value FROM json_each(?))", (json.dumps(rows),)
        ):
            for token in tokens.split(" "):
                field, _, value = token.partition("=")
                if field in counts:
                    counts[field][value] += 1
        return {
            field: dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))) for field, found in counts.items()
        }

    def _hits(self, below: int) -> Iterator[Hit]:
        records, text = self._table.records, self._table.text
        values: list[str | float] = [below]
        if self._plan.match is None:
            source, row, conditions = records, "row", ["row < ?"]
        else:
            # CROSS JOIN fixes the order: the full-text table is walked from the newest row down.
            source, row = f"{text} CROSS JOIN {records} ON row = {text}.rowid", f"{text}.rowid"
            conditions = [f"{row} < ?", f"{text} MATCH ?"]
            values.append(self._plan.match)
        if self._plan.condition is not None:
            conditions.append(self._plan.condition.sql)
            values += self._plan.condition.values
        found = self._connection.execute(
            f"SELECT row, first_seen, id FROM {source} WHERE {' AND '.join(conditions)} ORDER BY {row} DESC", values
        )
        try:
            yield from map(Hit._make, found)
        finally:
            found.close()

    def _scores(self, expression: str, hits: Sequence[Hit]) -> dict[int, float]:
        text = self._table.text
        rows = [hit.row for hit in hits]
        return dict(
            self._connection.execute(
                f"SELECT rowid, bm25({text}) FROM {text} WHERE {text} MATCH ? AND rowid BETWEEN ? AND ?",
                (expression, min(rows), max(rows)),
            ).fetchall()
        )

    def _page(self, hits: Sequence[Hit], more: NewCursor | BestCursor | None) -> Page:
        bodies = dict(
            self._connection.execute(
                f"SELECT row, body FROM {self._table.bodies} WHERE row IN (SELECT value FROM json_each(?))",
                (json.dumps([hit.row for hit in hits]),),
            ).fetchall()
        )
        records: list[Record] = [decode(bodies[hit.row], self._table.kind) for hit in hits]
        return Page(records, None if more is None else write_cursor(more), {})


def _following(hits: Sequence[Hit], cursor: BestCursor) -> int:
    return next((at for at, hit in enumerate(hits, 1) if hit.id == cursor.id), cursor.position)
