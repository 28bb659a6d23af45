"""The tree of a parsed query: what every home and the matcher translate from.

A tree is already analysed and checked: words are tokens of ``schemas.query.analyse``, fields exist in the index that
the query was parsed for, and every exclusion stands beside something that is required.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Now:
    """The time of asking (a search) or of matching (a watch), moved by ``shift``."""

    shift: timedelta = timedelta(0)


Bound = datetime | Now | float | None


@dataclass(frozen=True)
class Words:
    """``tokens`` in any one of ``fields``: one token, or several as a phrase; with ``slop`` as a proximity.

    ``slop`` None means side by side in order; a number means all of them in any order with at most so many other
    tokens in the span.
    """

    clause: str
    fields: tuple[str, ...]
    tokens: tuple[str, ...]
    slop: int | None = None


@dataclass(frozen=True)
class Prefix:
    """Folded words (not stripped of endings) of ``fields`` that begin with ``start``."""

    clause: str
    fields: tuple[str, ...]
    start: str


@dataclass(frozen=True)
class Exact:
    """``field`` has ``value`` among its values (both as ``schemas.query.project`` writes them)."""

    clause: str
    field: str
    value: str


@dataclass(frozen=True)
class Range:
    """``field`` lies between ``low`` and ``high`` (None: open)."""

    clause: str
    field: str
    low: Bound
    high: Bound
    include_low: bool = True
    include_high: bool = True


@dataclass(frozen=True)
class All:
    """Every one of ``parts`` is met and none of ``without``; ``parts`` is never empty."""

    parts: tuple[Node, ...]
    without: tuple[Node, ...] = field(default=())


@dataclass(frozen=True)
class Any:
    """At least one of ``parts`` is met."""

    parts: tuple[Node, ...]


Node = Words | Prefix | Exact | Range | All | Any


@dataclass(frozen=True)
class Query:
    """A query as entered, the index that it is for, and its tree."""

    text: str
    index: str
    root: Node
