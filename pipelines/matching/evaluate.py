"""Tests records against queries in the stream: the same answer as both indexes give, and the reasons for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from schemas.query.highlight import Highlight, Marker
from schemas.query.occurrences import occurrences
from schemas.query.project import Projection, project
from schemas.query.tree import All, Any, Bound, Exact, Node, Now, Prefix, Query, Range, Words
from schemas.records import Reason, Record


def evaluate(query: Query, projection: Projection, now: datetime) -> bool:
    """Whether the record of ``projection`` (of the index of ``query``) meets ``query`` at the time ``now``."""
    return _met(query.root, projection, now)


def reasons(query: Query, record: Record, now: datetime) -> tuple[Reason, ...]:
    """The clauses of ``query`` that ``record`` meets at ``now``, each with its first place in each field.

    Empty where ``record`` does not meet ``query``. A clause of names, values or ranges has no place, and neither have
    words that the record does not store (an article's speakers).
    """
    projection = project(query.index, record)
    if not evaluate(query, projection, now):
        return ()
    marker = Marker(query.index, record)
    clauses = dict.fromkeys(_clauses(query.root, projection, now))
    return tuple(reason for clause in clauses for reason in _reasons(clause, marker, projection))


def _met(node: Node, projection: Projection, now: datetime) -> bool:
    match node:
        case All():
            return all(_met(part, projection, now) for part in node.parts) and not any(
                _met(part, projection, now) for part in node.without
            )
        case Any():
            return any(_met(part, projection, now) for part in node.parts)
        case Words() | Prefix():
            return any(_in_field(node, field, projection) for field in node.fields)
        case Exact():
            return node.value in projection.exact.get(node.field, ())
        case Range():
            return _in_range(node, projection.numbers.get(node.field), now)


def _in_field(clause: Words | Prefix, field: str, projection: Projection) -> bool:
    places = projection.places if isinstance(clause, Words) else projection.folded_places
    return field in places and next(occurrences(clause, places[field]), None) is not None


def _in_range(span: Range, value: float | None, now: datetime) -> bool:
    if value is None:
        return False
    low, high = _value(span.low, now), _value(span.high, now)
    above = low is None or value > low or (span.include_low and value == low)
    below = high is None or value < high or (span.include_high and value == high)
    return above and below


def _value(bound: Bound, now: datetime) -> float | None:
    match bound:
        case Now():
            return (now + bound.shift).timestamp()
        case datetime():
            return bound.timestamp()
    return bound


def _clauses(node: Node, projection: Projection, now: datetime) -> Iterator[Words | Prefix | Exact | Range]:
    """The clauses that ``node`` was met by."""
    match node:
        case All():
            for part in node.parts:
                yield from _clauses(part, projection, now)
        case Any():
            for part in node.parts:
                if _met(part, projection, now):
                    yield from _clauses(part, projection, now)
        case _:
            yield node


def _reasons(clause: Words | Prefix | Exact | Range, marker: Marker, projection: Projection) -> Iterator[Reason]:
    if isinstance(clause, Exact | Range):
        yield Reason(clause=clause.clause, field=clause.field)
        return
    first: dict[str, Highlight] = {}
    for span in sorted(marker.spans(clause)):
        first.setdefault(span.field, span)
    for field, span in first.items():
        yield Reason(clause=clause.clause, field=field, start=span.start, end=span.end)
    if not first:
        yield Reason(clause=clause.clause, field=next(f for f in clause.fields if _in_field(clause, f, projection)))
