"""One page of a search: the newest hits, or the best of the newest, with cursors and facets.

The order of time is a key of its own (``first_seen``, ``id``), so that a page begins where the last one ended,
whatever came in between. The best are taken from the newest 2,000 hits: one request finds the 2,000th, the next one
ranks those from it on by BM25, as the server computes it over its whole index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from connectors.indexes.cursors import read_cursor, write_cursor
from connectors.indexes.elasticsearch.documents import document_id, to_record
from connectors.indexes.elasticsearch.translate import Json, any_of
from schemas.protocols import Page

RANKED = 2_000
COUNTED = 10_000
_VALUES = 10_000
"""The most values of a facet that are counted: the most frequent ones."""

_AT_ONCE = 500
_ORDER_ALONE: Json = {"source": False, "stored_fields": ["_none_"]}
"""Of each hit nothing but what it is sorted by: to load the ids of 2,000 documents takes longer than to rank them."""

_NEWEST = [{"q.first_seen": "desc"}, {"id": "asc"}]

Ask = Callable[..., dict[str, Any]]
"""One search request to the index; takes what the client's ``search`` takes."""


class NewCursor(msgspec.Struct, array_like=True):
    """The last hit of a page of the newest."""

    search: str
    first_seen: int
    id: str


class BestCursor(msgspec.Struct, array_like=True):
    """The last hit of a page of the best, and the newest hit that the first page saw.

    Scores shift a little with every record that is written: the next page begins after ``id``, wherever that now
    stands, or at ``position`` where it is gone.
    """

    search: str
    top_first_seen: int
    top_id: str
    position: int
    id: str


class Search:
    """One search over ``index``: what meets ``query``."""

    def __init__(self, ask: Ask, index: str, name: str, query: Json) -> None:
        """``name`` tells this search's cursors from those of another."""
        self._ask = ask
        self._index = index
        self._name = name
        self._query = query

    def newest(self, limit: int, after: str | None) -> Page:
        """The page of the newest hits."""
        cursor = None if after is None else read_cursor(after, self._name, NewCursor)
        last = None if cursor is None else [cursor.first_seen, cursor.id]
        hits: list[Json] = []
        while len(hits) <= limit:
            size = min(limit + 1 - len(hits), _AT_ONCE)
            found = self._hits(query=self._query, sort=_NEWEST, size=size, search_after=last)
            hits += found
            if len(found) < size:
                break
            last = found[-1]["sort"]
        more = NewCursor(self._name, *hits[limit - 1]["sort"]) if len(hits) > limit > 0 else None
        return self._page(hits[:limit], more)

    def best(self, wanted: Sequence[Json], limit: int, after: str | None) -> Page:
        """The page of the best hits by BM25 over ``wanted``, among the newest."""
        cursor = None if after is None else read_cursor(after, self._name, BestCursor)
        seen = [self._query]
        if cursor is not None:
            seen.append(_until(cursor.top_first_seen, cursor.top_id, newer=False))
        filters = [*seen, *self._boundary({"bool": {"filter": seen}}, RANKED)]
        query = {"bool": {"filter": filters, "should": list(wanted)}}
        ranked = self._hits(query=query, sort=["_score", *_NEWEST], size=RANKED, **_ORDER_ALONE)
        start = 0 if cursor is None else _following(ranked, cursor)
        end = start + limit
        more = None
        if len(ranked) > end > start:
            top = min(_order(hit) for hit in ranked) if cursor is None else (-cursor.top_first_seen, cursor.top_id)
            more = BestCursor(self._name, -top[0], top[1], end, ranked[end - 1]["sort"][-1])
        ids = [document_id(hit["sort"][-1]) for hit in ranked[start:end]]
        found = {hit["_id"]: hit for hit in self._hits(query={"ids": {"values": ids}}, size=len(ids))} if ids else {}
        return self._page([found[id_] for id_ in ids if id_ in found], more)

    def facets(self, fields: Sequence[str]) -> dict[str, dict[str, int]]:
        """How often each value of ``fields`` occurs in the newest hits, the most frequent first."""
        filters = [self._query, *self._boundary(self._query, COUNTED)]
        counts = {field: {"terms": {"field": f"q.exact.{field}", "size": _VALUES}} for field in fields}
        answer = self._ask(query={"bool": {"filter": filters}}, size=0, aggs=counts)
        return {
            field: dict(
                sorted(
                    ((bucket["key"], bucket["doc_count"]) for bucket in answer["aggregations"][field]["buckets"]),
                    key=lambda value: (-value[1], value[0]),
                )
            )
            for field in fields
        }

    def _boundary(self, query: Json, most: int) -> list[Json]:
        """What leaves out all but the newest ``most`` of what meets ``query``; nothing where there are no more."""
        last = self._hits(query=query, sort=_NEWEST, size=1, from_=most - 1, **_ORDER_ALONE)
        return [_until(*hit["sort"], newer=True) for hit in last]

    def _hits(self, **request: Any) -> list[Json]:
        hits: list[Json] = self._ask(track_total_hits=False, **request)["hits"]["hits"]
        return hits

    def _page(self, hits: Sequence[Json], more: NewCursor | BestCursor | None) -> Page:
        records = [to_record(self._index, hit["_source"]) for hit in hits]
        return Page(records, None if more is None else write_cursor(more), {})


def _until(first_seen: int, id_: str, *, newer: bool) -> Json:
    """The hit ``id_``, and all that come before it in the order of time (``newer``), or after it."""
    by_time, by_id = ("gt", "lte") if newer else ("lt", "gte")
    same_time = [{"term": {"q.first_seen": first_seen}}, {"range": {"id": {by_id: id_}}}]
    return any_of([{"range": {"q.first_seen": {by_time: first_seen}}}, {"bool": {"filter": same_time}}])


def _order(hit: Json) -> tuple[int, str]:
    first_seen, id_ = hit["sort"][-2:]
    return -first_seen, id_


def _following(hits: Sequence[Json], cursor: BestCursor) -> int:
    return next((at for at, hit in enumerate(hits, 1) if hit["sort"][-1] == cursor.id), cursor.position)
