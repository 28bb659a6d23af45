"""One page of a search: the newest hits, or the best of the newest, with cursors and facets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby, islice
from sqlite3 import Connection, Cursor
from typing import NamedTuple

import msgspec

from connectors.indexes.cursors import read_cursor, write_cursor
from connectors.indexes.sqlite.tables import Table, exact_column, next_row
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
        hits = self._ranked(_TOP if cursor is None else cursor.top + 1, query)
        start = 0 if cursor is None else _following(hits, cursor)
        end = start + limit
        more = None
        if len(hits) > end > start:
            top = cursor.top if cursor is not None else max(hit.row for hit in hits)
            more = BestCursor(name, top, end, hits[end - 1].id)
        return self._page(hits[start:end], more)

    def facets(self, fields: Sequence[str]) -> dict[str, dict[str, int]]:
        """How often each value of ``fields`` occurs in the newest hits, the most frequent first."""
        columns = ", ".join(map(exact_column, fields))
        with closing(self._select(columns, self._table.values, _TOP)) as found:
            said = list(zip(*found.fetchmany(COUNTED), strict=True)) or [()] * len(fields)
        return {field: _counts(values) for field, values in zip(fields, said, strict=True)}

    def _hits(self, below: int) -> Iterator[Hit]:
        with closing(self._select("row, first_seen, id", self._table.records, below)) as found:
            yield from map(Hit._make, found)

    def _select(self, columns: str, of: str, below: int) -> Cursor:
        """``columns`` of the table ``of`` for what is found in rows less than ``below``, from the newest row down."""
        plan, table = self._plan, self._table
        source, row = (table.records, "row") if plan.match is None else (table.text, f"{table.text}.rowid")
        conditions, values = [f"{row} BETWEEN ? AND ?"], [plan.least, min(plan.most, below - 1)]
        texts: list[str | float] = []
        if plan.match is not None:
            conditions.append(f"{table.text} MATCH ?")
            texts.append(plan.match)
        if plan.condition is not None:
            conditions.append(plan.condition.sql)
            texts += plan.condition.values
        # CROSS JOIN fixes the order: the source is walked from the newest row down.
        joined = "".join(
            f" CROSS JOIN {other} ON {key} = {row}"
            for other, key in ((table.records, "row"), (table.values, "record"))
            if other != source and (other == of or (other == table.records and plan.condition is not None))
        )
        return self._connection.execute(
            f"SELECT {columns} FROM {source}{joined} WHERE {' AND '.join(conditions)} ORDER BY {row} DESC",
            [*values, *texts],
        )

    def _ranked(self, below: int, query: Query | None) -> list[Hit]:
        """The newest hits in rows less than ``below``, the best first."""
        if self._plan.match is not None:
            # Scored as they are found: a look-up by row would search the text's index for each of them.
            columns = f"row, first_seen, id, bm25({self._table.text})"
            with closing(self._select(columns, self._table.records, below)) as found:
                scored = [(score, Hit(*hit)) for *hit, score in found.fetchmany(RANKED)]
        else:
            hits = list(islice(self._hits(below), RANKED))
            expression = None if query is None else relevance(query.root)
            scores = self._scores(expression, hits) if expression is not None and hits else {}
            scored = [(scores.get(hit.row, 0.0), hit) for hit in hits]
        return [hit for _, hit in sorted(scored, key=lambda one: (one[0], one[1].order))]

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


def _counts(columns: Iterable[str | None]) -> dict[str, int]:
    """How often each of the values occurs that stand in ``columns`` apart by blanks, the most frequent first."""
    counts: Counter[str] = Counter()
    for values, times in Counter(columns).items():
        for value in values.split(" ") if values else ():
            counts[value] += times
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _following(hits: Sequence[Hit], cursor: BestCursor) -> int:
    return next((at for at, hit in enumerate(hits, 1) if hit.id == cursor.id), cursor.position)
