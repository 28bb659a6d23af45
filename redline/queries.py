"""Queries as the command line asks them: what was entered, narrowed to a time."""

from __future__ import annotations

from schemas.query.parse import parse
from schemas.query.project import BLANK
from schemas.query.tree import Query

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


def facet_value(value: str) -> str:
    """A value of a facet as one would enter it in a query, without its quotation marks."""
    return value.replace(BLANK, " ")
