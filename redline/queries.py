"""Queries as the command line asks them: what was entered, narrowed to a time."""

from __future__ import annotations

from schemas.query.parse import parse
from schemas.query.tree import All, Query


def since_query(query: Query | None, since: str, index: str) -> Query:
    """``query`` (None: everything) and ``first_seen`` not before ``since``, a time as the query language writes it.

    Raises:
        QueryError: ``since`` is no time.
    """
    lower = parse(f"first_seen:[{since} TO *]", index)
    return lower if query is None else Query(query.text, index, All((query.root, lower.root)))
