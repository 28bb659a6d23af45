"""Records against queries in the stream: phrases, exclusions, names, times, and the reasons that are given."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.matching.evaluate import evaluate, reasons
from schemas.query.analyse import folded
from schemas.query.parse import parse
from schemas.query.project import project
from schemas.query.tree import All, Any, Node, Query, Words
from schemas.records import EnrichedArticle, Reason, Record, Span
from tests.schemas.query.samples import NOON, article, claim, statement

WORDS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=6).map(" ".join)
CLAUSES = st.sampled_from(["a", "b", "c", '"a b"', '"b a"', '"a c"~1', "title:d", "has:text"])
APOSTROPHES = st.sampled_from("'’ʼ‘＇")


def met(query: str, record: Record, index: str = "articles", now: datetime = NOON) -> bool:
    return evaluate(parse(query, index), project(index, record), now)


def root(query: str) -> Node:
    return parse(query, "articles").root


def meets(node: Node, record: EnrichedArticle) -> bool:
    return evaluate(Query("", "articles", node), project("articles", record), NOON)


EXCLUDING = '("new talks" OR ceasefire*) -football -basketball'


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("New talks on the strait open Monday", True),
        ("Ceasefire ends between football clubs", False),
        ("Harvest festival opens", False),
        ("Ceasefires hold as basketball returns", False),
        ("Ceasefire signed at dawn", True),
    ],
)
def test_an_exclusion_is_no_reason_to_match(title: str, expected: bool) -> None:
    assert met(EXCLUDING, article(title)) is expected


APOSTROPHE_TITLES = [
    "Kenya’s envoy leaves",
    "Sana’a airport hit",
    "Sanaʼa port closed",
    "Kenyatta speaks",
    "Sana bakery",
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Kenya", [0]),
        ("Kenya's", [0]),
        ("Kenya’s", [0]),
        ("Sana'a", [1, 2]),
        ("Sana’a", [1, 2]),
        ("Sana", [4]),
        ('"Sana\'a airport"', [1]),
        ("kenya*", [0, 3]),
    ],
)
def test_apostrophes_are_one_and_possessives_come_off(query: str, expected: list[int]) -> None:
    assert [n for n, title in enumerate(APOSTROPHE_TITLES) if met(query, article(title))] == expected


@given(APOSTROPHES, APOSTROPHES)
def test_whichever_apostrophe_stands_in_query_or_text(one: str, other: str) -> None:
    assert met(f"O{one}Brien", article(f"An envoy, O{other}Brien{other}s friend"))
    assert not met(f"O{one}Brien", article("Brien and O"))


def test_now_is_the_time_of_matching() -> None:
    query = parse("ultimatum AND published:[now-1h TO now]", "articles")
    later = NOON + timedelta(days=2)
    fresh = project("articles", article("Ultimatum to the port", published=later - timedelta(seconds=5)))
    stale = project("articles", article("Old ultimatum", published=later - timedelta(hours=2)))
    assert evaluate(query, fresh, later)
    assert not evaluate(query, stale, later)
    assert not evaluate(query, fresh, NOON)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"red line"', True),
        ('"line red"', False),
        ('"line red"~0', True),
        ('"line crossed"~0', False),
        ('"line crossed"~1', True),
        ('"red crossed text"~50', True),
        ('"title red"~50', False),
    ],
)
def test_phrases_and_proximities(query: str, expected: bool) -> None:
    assert met(query, article("Title", "A red line was crossed; text.")) is expected


def test_nothing_reaches_across_noise() -> None:
    record = article("x", "red BUY line", noise=(Span(field="text", start=4, end=8),))
    assert met("red line", record)
    assert not met("buy", record)
    assert not met('"red line"', record)
    assert not met('"red line"~50', record)


def test_statements_and_their_retraction() -> None:
    standing = statement("We will sink ships.", side="Côte d’Ivoire", confidence=0.5)
    gone = statement("We will sink ships.", state="retracted")
    assert met('ships side:"cote d\'ivoire" confidence:[0.5 TO *] kind:threat', standing, "statements")
    assert not met("ships", gone, "statements")
    assert met("ships state:retracted", gone, "statements")
    assert not met("side:torvia has:statement", article(statements=(gone,)))
    assert met("side:torvia has:statement", article(statements=(statement("x"),)))


def test_claims() -> None:
    assert met("sightings:>=2 lang:en", claim(retracted=(False, False)), "claims")
    assert not met("side:torvia", claim(retracted=(True,)), "claims")


def test_a_field_that_is_absent_lies_in_no_range() -> None:
    assert not met("published:[* TO *]", article())
    assert met("first_seen:[* TO *] -published:[* TO *]", article())


@given(WORDS, CLAUSES, CLAUSES)
def test_and_or_not(text: str, one: str, other: str) -> None:
    record = article("d", text)
    first, second = met(one, record), met(other, record)
    assert met(f"{one} AND {other}", record) == met(f"{one} {other}", record) == (first and second)
    assert met(f"{one} OR {other}", record) == (first or second)
    assert met(f"{one} -{other}", record) == (first and not second)
    assert met(f"{one} -({one} OR {other})", record) is False
    assert meets(All((root(one), root(other))), record) == meets(All((root(other), root(one))), record)
    assert meets(Any((root(one), All((root(one), root(other))))), record) == first


@given(WORDS, st.lists(st.sampled_from("abcd"), min_size=2, max_size=3, unique=True), st.integers(0, 3))
def test_a_wider_proximity_finds_no_less(text: str, tokens: list[str], slop: int) -> None:
    record = article("x", text)
    near, wider = (Words("", ("text",), tuple(tokens), distance) for distance in (slop, slop + 1))
    assert meets(near, record) <= meets(wider, record)
    assert meets(Words("", ("text",), tuple(tokens)), record) <= meets(near, record)


@given(st.text(st.sampled_from("aAéßñ’'йё火停b1."), min_size=1, max_size=12))
def test_every_beginning_of_a_word_finds_it(text: str) -> None:
    record = article("x", f"some {text}")
    for token in folded(text):
        for size in range(1, len(token.text) + 1):
            beginning = token.text[:size]
            if [again.text for again in folded(beginning)] == [beginning]:
                assert met(f"{beginning}*", record)


def test_reasons_name_the_clauses_that_were_met_and_where() -> None:
    record = article("Ships", "The ships left.", statements=(statement("x", speaker="Ana Torvik"),))
    found = reasons(
        parse('(ships OR (canal AND left)) side:torvia speaker:torvik -"no such"', "articles"), record, NOON
    )
    assert found == (
        Reason(clause="ships", field="text", start=4, end=9),
        Reason(clause="ships", field="title", start=0, end=5),
        Reason(clause="side:torvia", field="side"),
        Reason(clause="speaker:torvik", field="speaker"),
    )


def test_no_reasons_without_a_match() -> None:
    assert reasons(parse("ships canal", "articles"), article("Ships"), NOON) == ()
