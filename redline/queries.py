"""Queries as the command line asks them: what was entered, narrowed to a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from schemas.protocols import Index
from schemas.query.bounds import extent
from schemas.query.parse import parse
from schemas.query.project import BLANK
from schemas.query.tree import Now, Query
from schemas.records import Record

SEEN = {"alerts": "matched"}
"""The field that says when a record of an index was first there, where it is not ``first_seen``."""


def since_query(query: Query | None, since: str, index: str) -> Query:
    """``query`` (None: everything that stands) and only what was there first at ``since`` or later.

    ``since`` is a time of the query language, or ``*``: whenever.

    Raises:
        QueryError: ``since`` is no time.
    """
    lower = f"{SEEN.get(index, 'first_seen')}:[{since} TO *]"
    # Read as one text, so that retracted statements stay in where the query asks for them.
    return parse(lower if query is None else f"{query.text} {lower}", index)


def found(index: Index, query: Query, at_once: int) -> Iterator[list[Record]]:
    """All that ``query`` finds, the newest first, ``at_once`` records at a time."""
    after = None
    while True:
        page = index.search(query.index, query, limit=at_once, after=after)
        yield page.records
        after = page.after
        if after is None:
            return


def moment(text: str, now: datetime) -> datetime:
    """The time that ``text`` names in the query language; of a day, its start.

    Raises:
        ValueError: it names none.
    """
    first = extent(text, "time").first
    if isinstance(first, Now):
        return now + first.shift
    if not isinstance(first, datetime):
        raise ValueError(f"{text!r} is no time")
    return first


def facet_value(value: str) -> str:
    """A value of a facet as one would enter it in a query, without its quotation marks."""
    return value.replace(BLANK, " ")
