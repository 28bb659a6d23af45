"""Queries as the command line asks them."""

from __future__ import annotations

import pytest

from redline.queries import since_query
from schemas.query.parse import parse
from schemas.query.tree import All, Exact

RETRACTED = Exact("state:retracted", "state", "retracted")


@pytest.mark.parametrize("since", ["now-7d", "*"])
def test_retracted_statements_are_left_out_unless_asked_for(since: str) -> None:
    everything = since_query(None, since, "statements").root
    asked = since_query(parse("state:retracted", "statements"), since, "statements").root
    assert isinstance(everything, All)
    assert everything.without == (RETRACTED,)
    assert isinstance(asked, All)
    assert asked.parts[0] == RETRACTED
    assert asked.without == ()


def test_a_choice_is_narrowed_as_a_whole() -> None:
    found = since_query(parse("canal OR strait", "articles"), "now-7d", "articles").root
    assert found == parse("(canal OR strait) AND first_seen:[now-7d TO *]", "articles").root
