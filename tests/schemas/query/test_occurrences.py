"""Where clauses are met in the words of a field: the same as SQLite's full-text search says."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.query.occurrences import occurrences, places
from schemas.query.tree import Prefix, Words

LETTERS = st.sampled_from("abcde")


def met(text: str, *tokens: str, slop: int | None = None) -> list[tuple[int, ...]]:
    return list(occurrences(Words("", ("text",), tokens, slop), places(text.split())))


def test_single_words() -> None:
    assert met("a b a", "a") == [(0,), (2,)]
    assert met("a b a", "c") == []


def test_phrases() -> None:
    assert met("a b a b b", "a", "b") == [(0, 1), (2, 3)]
    assert met("a a a", "a", "a") == [(0, 1), (1, 2)]
    assert met("a x b", "a", "b") == []


@pytest.mark.parametrize(("slop", "expected"), [(0, []), (1, [(0, 2)]), (2, [(0, 2)])])
def test_proximities(slop: int, expected: list[tuple[int, ...]]) -> None:
    assert met("b x a", "a", "b", slop=slop) == expected


def test_beginnings() -> None:
    found = occurrences(Prefix("", ("text",), "mis"), places(["missile", "a", "mist", "miss"]))
    assert sorted(found) == [(0,), (2,), (3,)]


@given(
    st.lists(LETTERS, max_size=14),
    st.lists(LETTERS, min_size=2, max_size=4, unique=True),
    st.integers(0, 6),
)
def test_proximity_is_near_of_sqlite(text: list[str], tokens: list[str], slop: int) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(w)")
    database.execute("INSERT INTO t VALUES (?)", (" ".join(text),))
    near = f"NEAR({' '.join(tokens)}, {slop + len(tokens) - 2})"
    expected = database.execute("SELECT count(*) FROM t WHERE t MATCH ?", (near,)).fetchone() == (1,)
    database.close()
    assert bool(met(" ".join(text), *tokens, slop=slop)) == expected
