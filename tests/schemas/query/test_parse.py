"""Queries as entered: the tree that they become, or the fault and its position."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import QueryError
from schemas.query.marks import DEEPEST
from schemas.query.parse import parse
from schemas.query.project import GREATEST_SLOP
from schemas.query.tree import All, Any, Exact, Node, Now, Prefix, Range, Words

BOTH = ("title", "text")
DAY = datetime(2026, 11, 1, tzinfo=UTC)
MARKS = (
    """ " “ ” ( ) [ ] { } ~ ^ * ? ! - + : \\ / < >= = ' && AND OR NOT TO now now-7d 2026-11-01 T10:00:00+02:00 9 ~3"""
)
NAMES = "side: title: published: has: confidence: nope: quote ships Sana’a 停火协 U.S."
PIECES = st.sampled_from([*MARKS.split(), *NAMES.split(), " ", " AND ", " TO ", "\n"])


def word(text: str, *tokens: str) -> Words:
    return Words(text, BOTH, tokens or (text,))


def root(text: str, index: str = "articles") -> Node:
    return parse(text, index).root


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ships", word("ships", "ship")),
        ("ships AND canal", All((word("ships", "ship"), word("canal")))),
        ("ships canal", All((word("ships", "ship"), word("canal")))),
        ("+canal +strait", All((word("canal"), word("strait")))),
        ("canal OR strait", Any((word("canal"), word("strait")))),
        ("canal OR strait port", All((Any((word("canal"), word("strait"))), word("port")))),
        ("canal OR strait AND port", Any((word("canal"), All((word("strait"), word("port")))))),
        ("canal -port", All((word("canal"),), (word("port"),))),
        ("canal !port", All((word("canal"),), (word("port"),))),
        ("NOT port canal", All((word("canal"),), (word("port"),))),
        ("canal -(port OR strait)", All((word("canal"),), (Any((word("port"), word("strait"))),))),
        ('"red lines"', word('"red lines"', "red", "line")),
        ("“red lines”", word("“red lines”", "red", "line")),
        ("„red lines“", word("„red lines“", "red", "line")),
        ("S-400", word("S-400", "s", "400")),
        ("Sana’a", word("Sana’a", "sana'a")),
        ("停火协议", word("停火协议", "停火", "火协", "协议")),
        (r"canal\*", word(r"canal\*", "canal")),
        ("Missil*", Prefix("Missil*", BOTH, "missil")),
        ("missiles*", Prefix("missiles*", BOTH, "missiles")),
        ("title:canal", Words("title:canal", ("title",), ("canal",))),
        ('"red line"~5', Words('"red line"~5', BOTH, ("red", "line"), 5)),
        ('"red line"~0', Words('"red line"~0', BOTH, ("red", "line"), 0)),
        ('"red"~5', word('"red"~5', "red")),
        ("side:Torvia", Exact("side:Torvia", "side", "torvia")),
        ('side:"Côte d’Ivoire"', Exact('side:"Côte d’Ivoire"', "side", "cote␣d'ivoire")),
        ("entity:UA", Exact("entity:UA", "entity", "ua")),
        ('kind:"red line"', Exact('kind:"red line"', "kind", "red_line")),
        ('topic:"NATO Expansion"', Exact('topic:"NATO Expansion"', "topic", "nato-expansion")),
        ("topic:nato-expansion", Exact("topic:nato-expansion", "topic", "nato-expansion")),
        ("has:quote", Exact("has:quote", "has", "quote")),
        ('feed:"https://x.example/a?b=1"', Exact('feed:"https://x.example/a?b=1"', "feed", "https://x.example/a?b=1")),
        ("side:(A OR B)", Any((Exact("side:A", "side", "a"), Exact("side:B", "side", "b")))),
        ("side:(A -B)", All((Exact("side:A", "side", "a"),), (Exact("side:B", "side", "b"),))),
    ],
)
def test_trees(text: str, expected: Node) -> None:
    assert root(text) == expected


@pytest.mark.parametrize(
    ("text", "low", "high", "include_low", "include_high"),
    [
        ("[2026-11-01 TO 2026-11-02]", DAY, DAY + timedelta(days=2), True, False),
        ("{2026-11-01 TO 2026-11-05}", DAY + timedelta(days=1), DAY + timedelta(days=4), True, False),
        ("2026-11-01", DAY, DAY + timedelta(days=1), True, False),
        (">2026-11-01", DAY + timedelta(days=1), None, True, True),
        (">=2026-11-01", DAY, None, True, True),
        ("<2026-11-01", None, DAY, True, False),
        ("<=2026-11-01", None, DAY + timedelta(days=1), True, False),
        ("[now-7d TO now]", Now(timedelta(days=-7)), Now(), True, True),
        ("{now-30m TO now+2h}", Now(timedelta(minutes=-30)), Now(timedelta(hours=2)), False, False),
        ("[2026-11-01 TO *]", DAY, None, True, True),
        ("[* TO *]", None, None, True, True),
        ("[2026-11-01T02:00:00+02:00 TO *]", DAY, None, True, True),
        ('["2026-11-01T00:00:00.000Z" TO 2026-11-01T00:00Z]', DAY, DAY, True, True),
    ],
)
def test_times(text: str, low: object, high: object, include_low: bool, include_high: bool) -> None:
    found = root(f"published:{text}")
    assert found == Range(f"published:{text}", "published", low, high, include_low, include_high)  # type: ignore[arg-type]


def test_numbers() -> None:
    clause = "sightings:[3 TO 5.5}"
    assert All((Range(clause, "sightings", 3.0, 5.5, True, False),), (RETRACTED,)) == root(clause, "claims")


RETRACTED = Exact("state:retracted", "state", "retracted")


@pytest.mark.parametrize("index", ["statements", "claims"])
def test_retracted_statements_are_found_only_when_asked_for(index: str) -> None:
    assert root("side:a", index) == All((Exact("side:a", "side", "a"),), (RETRACTED,))
    assert root("state:retracted side:a", index) == All((RETRACTED, Exact("side:a", "side", "a")))


def test_words_of_statements_are_sought_in_all_their_slots() -> None:
    found = root("ships state:retracted", "statements")
    assert isinstance(found, All)
    assert found.parts[0] == Words(
        "ships", ("evidence", "quote", "speaker", "target", "condition", "consequence"), ("ship",)
    )


FAULTS = [
    ("", 0, "empty"),
    ("  \n", 0, "empty"),
    ("-a", 0, "exclusion alone"),
    ("NOT a", 0, "exclusion alone"),
    ("-a -b", 0, "exclusion alone"),
    ("c (-a)", 3, "exclusion alone"),
    ("c OR -a", 5, "exclusion alone"),
    ("c title:-a", 8, "exclusion alone"),
    ("c -(-a)", 4, "exclusion alone"),
    ("c --a", 3, "exclusion of an exclusion"),
    ('"red lin*"', 8, "within a phrase"),
    ("mis*le", 3, "only end a word"),
    ("a *le", 2, "start of a word"),
    ("a *", 2, "start of a word"),
    ("…*", 0, "start of one word"),
    ("S-4*", 0, "start of one word"),
    ("wom?n", 3, "`?`"),
    ('"a b a"~3', 0, "'a' is repeated"),
    ('"ship ships"~3', 0, "'ship' is repeated"),
    (f'"a b"~{GREATEST_SLOP + 1}', 5, "at most"),
    ('"a b"~', 5, "how many"),
    ('"a b"~2.5', 5, "how many"),
    ("ship~", 4, "behind a phrase"),
    ("ship^2", 4, "`^`"),
    ("a /b/", 2, "regular expressions"),
    ("sidee:x", 0, "did you mean 'side'"),
    ("a colour:x", 2, "there are: claim"),
    ("a quote:x", 2, "statements and claims"),
    ("a side:(b title:c)", 10, "within the field 'side'"),
    ('a "b', 2, "never closed"),
    ("a “b", 2, "never closed"),
    ('a"b"', 1, "put a space"),
    ("a (b (c)", 2, "never closed"),
    ("a) b", 1, "closes none"),
    ("a [b)", 4, "closes none"),
    ("(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1), DEEPEST, "brackets within"),
    ("a ()", 3, "cannot stand here"),
    ("a AND", 5, "missing at the end"),
    ("side:", 5, "missing at the end"),
    ("a \\", 2, "backslash"),
    ("a & b", 2, "no word here"),
    ("'red line'", 0, "double quotation marks"),
    ('a ""', 2, "no word here"),
    ('side:" "', 5, "nothing to seek"),
    ("side:a*", 6, "whole values"),
    ('side:"a b"~2', 10, "whole values"),
    ("side:[a TO b]", 5, "no order"),
    ("[a TO b]", 0, "no field is named"),
    ("kind:threats", 5, "did you mean 'threat'"),
    ("topic:nato", 6, "there are: airspace-incursion, arms"),
    ("topic:sanction", 6, "did you mean 'sanctions'"),
    ("has:quotes", 4, "did you mean 'quote'"),
    ("published:yesterday", 10, "now-7d"),
    ("published:2026-02-30", 10, "now-7d"),
    ("published:[2026-11-01 TO 9999-12-31]", 25, "now-7d"),
    ("published:[now TO now-1d]", 10, "nothing lies"),
    ("published:[-5 TO now]", 11, "must be a time"),
]


@pytest.mark.parametrize(("text", "position", "message"), FAULTS)
def test_faults(text: str, position: int, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text, "articles")
    assert message in str(caught.value)
    assert (caught.value.query, caught.value.position) == (text, position)


def test_alerts_have_fields_but_no_text() -> None:
    assert root("state:new watch:w1", "alerts") == All(
        (Exact("state:new", "state", "new"), Exact("watch:w1", "watch", "w1"))
    )
    with pytest.raises(QueryError, match="name a field"):
        parse("ships", "alerts")


def test_a_number_is_no_time() -> None:
    with pytest.raises(QueryError, match="is not a number"):
        parse("sightings:now", "claims")


@given(
    st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=12).map("".join)),
    st.sampled_from(["articles", "statements", "claims", "alerts"]),
)
def test_whatever_is_entered_is_a_query_or_a_query_error(text: str, index: str) -> None:
    with suppress(QueryError):
        assert parse(text, index).text == text


def test_a_very_long_query_is_read() -> None:
    assert root(" OR ".join(["ship"] * 2000))
    with pytest.raises(QueryError):
        parse("+-" * 5000 + "a", "articles")
    assert root("+" * 5000 + "a") == word("a")
