"""Words as both indexes hold them: what is one word, what is the same word, and where it stands."""

from __future__ import annotations

import sqlite3
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.query.analyse import LONGEST, fold, folded, terms, words

PUNCTUATION = string.punctuation.replace("'", "''").replace('"', '""')
MIXED = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("aAsSeEiIłßŉﬁ'’ʼ.,-0123 \u0301\u00ad\u200d\u200bйёьнñ火停がﾊﾞ한\u3099\ufe0f½²İ"),
    ),
    max_size=40,
)


def texts(text: str) -> list[str]:
    return [token.text for token in words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kenya's KENYA’S kenyaʼs", ["kenya"] * 3),
        ("Sana'a Sana’a Sanaʼa Sana‘a Sana＇a", ["sana'a"] * 5),
        ("Sana'a's port", ["sana'a", "port"]),
        ("the players' parties", ["the", "player", "party"]),
        ("‘Ukraine’ 'Ukraine'", ["ukraine", "ukraine"]),
        ("O'Brien l’Iran qu'il dell'Ucraina", ["o'brien", "iran", "il", "ucraina"]),
        ("U.S. and U.S.’s and the U.N", ["us", "and", "us", "and", "the", "un"]),
        ("3.5 or 1,000,000. Then 7, 8", ["3.5", "or", "1,000,000", "then", "7", "8"]),
        ("S-400s north-east a/b a_b", ["s", "400", "north", "east", "a", "b", "a", "b"]),
        ("Straße CAFÉ Łódź Diyarbakır İzmir Ａ", ["strasse", "cafe", "lodz", "diyarbakir", "izmir", "a"]),
        ("e\u0301te mis\u00adsile\u200f", ["ete", "missile"]),
        ("zero\u200bwidth", ["zero", "width"]),
        ("停火协议 火 F16战机", ["停火", "火协", "协议", "火", "f16", "战机"]),
        ("が か\u3099", ["が", "が"]),
        ("войска войсками войскам", ["воиск"] * 3),
        ("Украина Украины Украине", ["украин"] * 3),
        ("ёлка елка", ["елк"] * 2),
        ("", []),
        ("… — “” ☢️ ★", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_folded_words_keep_their_endings() -> None:
    assert [token.text for token in folded("Kenya’s Missiles, l'Iran войска")] == [
        "kenya's",
        "missiles",
        "iran",
        "воиска",
    ]


def test_offsets_hold_where_folding_changes_lengths() -> None:
    text = "ﬁne Straße, Kenya’s ŉa e\u0301t"
    assert [text[token.start : token.end] for token in words(text)] == ["ﬁne", "Straße", "Kenya", "ŉa", "e\u0301t"]


@pytest.mark.parametrize(
    ("text", "length"), [("x" * 300, LONGEST), ("𐍈" * 127, 127), ("𐍈" * 128, 127), ("x" * 254 + "𐍈", 254)]
)
def test_words_are_cut(text: str, length: int) -> None:
    assert [(len(token.text), token.start, token.end) for token in words(text)] == [(length, 0, length)]


@given(MIXED)
def test_a_word_alone_is_the_same_word(text: str) -> None:
    for analyse in (words, folded):
        for token in analyse(text):
            assert token.text in [again.text for again in analyse(text[token.start : token.end])]


@given(MIXED)
def test_offsets_rise_and_lie_within_the_text(text: str) -> None:
    starts = [token.start for token in words(text)]
    assert starts == sorted(starts)
    assert all(0 <= token.start < token.end <= len(text) for token in words(text))


@given(MIXED)
def test_both_analyses_see_the_same_words(text: str) -> None:
    assert len(words(text)) == len(folded(text))


@given(st.lists(MIXED, max_size=5).map("\n".join))
def test_words_without_their_places_are_the_same_words(text: str) -> None:
    expected = [(word.text, whole.text) for word, whole in zip(words(text), folded(text), strict=True)]
    assert list(terms(text)) == list(terms(text)) == expected


@given(MIXED)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(MIXED)
def test_no_word_is_cut_by_white_space(text: str) -> None:
    for token in (*words(text), *folded(text)):
        assert token.text.split() == [token.text]


@given(st.lists(MIXED, max_size=5))
def test_sqlite_keeps_each_word_as_it_is(pieces: list[str]) -> None:
    tokens = [token.text for piece in pieces for token in (*words(piece), *folded(piece))]
    database = sqlite3.connect(":memory:")
    database.execute(f"""CREATE VIRTUAL TABLE t USING fts5(w, tokenize="ascii tokenchars '{PUNCTUATION}'")""")
    database.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, instance)")
    database.execute("INSERT INTO t VALUES (?)", (" ".join(tokens),))
    assert [term for (term,) in database.execute("SELECT term FROM v ORDER BY offset")] == tokens
    database.close()
