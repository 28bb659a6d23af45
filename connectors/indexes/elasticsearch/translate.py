"""From the tree of a query to the server's query language.

What is not as one would guess:

- A proximity is ``intervals``, unordered, with ``max_gaps``: the other tokens in the span. (The ``slop`` of a phrase
  counts moves of words, not words.)
- The server's parser refuses more than 30 nested queries; what is nested deeper is handed over encoded (``wrapper``),
  which it begins to count anew.
- Prefixes are sought among the folded words as whole terms, phrases by the analyzer that the field was written with.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from schemas.query.tree import All, Bound, Exact, Node, Now, Prefix, Range, Words
from schemas.query.tree import Any as AnyOf

Json = dict[str, Any]

_DEEPEST = 10
"""Levels of the tree, of two nested queries at most each."""


def translate(root: Node | None, now: datetime) -> Json:
    """The query that finds what ``root`` (None: everything) does; ``now`` is what ``now`` means in its ranges."""
    return {"match_all": {}} if root is None else _query(root, now, 0)


def relevance(root: Node) -> list[Json]:
    """The queries by which hits are ranked: anything that ``root`` asks for; none where it asks for no word."""
    return [_leaf(leaf) for leaf in _wanted(root)]


def _query(node: Node, now: datetime, depth: int) -> Json:
    if depth == _DEEPEST:
        inner = json.dumps(_query(node, now, 0)).encode()
        return {"wrapper": {"query": base64.b64encode(inner).decode()}}
    match node:
        case All(parts, without):
            wanted = [_query(part, now, depth + 1) for part in parts]
            excluded = [_query(part, now, depth + 1) for part in without]
            return {"bool": {"filter": wanted, "must_not": excluded}}
        case AnyOf(parts):
            return any_of([_query(part, now, depth + 1) for part in parts])
        case Range():
            return _between(node, now)
        case _:
            return _leaf(node)


def any_of(queries: Sequence[Json]) -> Json:
    """At least one of ``queries`` is met."""
    return queries[0] if len(queries) == 1 else {"bool": {"should": list(queries), "minimum_should_match": 1}}


def _leaf(node: Words | Prefix | Exact) -> Json:
    match node:
        case Exact(field=field, value=value):
            return {"term": {f"q.exact.{field}": value}}
        case Prefix(fields=fields, start=start):
            return any_of([{"prefix": {f"q.folded.{field}": start}} for field in fields])
        case Words(fields=fields, tokens=tokens, slop=slop):
            text = " ".join(tokens)
            if slop is None or len(tokens) == 1:
                return any_of([{"match_phrase": {f"q.words.{field}": text}} for field in fields])
            near = {"match": {"query": text, "ordered": False, "max_gaps": slop}}
            return any_of([{"intervals": {f"q.words.{field}": near}} for field in fields])


def _between(node: Range, now: datetime) -> Json:
    field = f"q.numbers.{node.field}"
    bounds: Json = {}
    if (low := _value(node.low, now)) is not None:
        bounds["gte" if node.include_low else "gt"] = low
    if (high := _value(node.high, now)) is not None:
        bounds["lte" if node.include_high else "lt"] = high
    return {"range": {field: bounds}} if bounds else {"exists": {"field": field}}


def _value(bound: Bound, now: datetime) -> float | None:
    match bound:
        case Now(shift):
            return (now + shift).timestamp()
        case datetime():
            return bound.timestamp()
    return bound


def _wanted(node: Node) -> Iterator[Words | Prefix | Exact]:
    match node:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _wanted(part)
        case Words() | Prefix() | Exact():
            yield node
