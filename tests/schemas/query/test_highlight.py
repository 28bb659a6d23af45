"""The words of a query, marked in the text as it is stored."""

from __future__ import annotations

import pytest

from schemas.query.highlight import highlight
from schemas.query.parse import parse
from schemas.records import Record, Span
from tests.schemas.query.samples import article, statement


def marked(query: str, record: Record, index: str = "articles") -> list[tuple[str, str]]:
    """The field and the characters of each highlight of an article."""
    return [
        (found.field, str(getattr(record, found.field))[found.start : found.end])
        for found in highlight(parse(query, index), record)
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kenya", [("text", "Kenya"), ("title", "Kenya")]),
        ("ship", [("text", "ships")]),
        ('"red line"', [("text", "Red  lines")]),
        ('"sail red"~5', [("text", "Red"), ("text", "sail")]),
        ("sai*", [("text", "sail")]),
        ("title:kenya -port", [("title", "Kenya")]),
        ("ship OR envoy", [("text", "ships"), ("title", "envoy")]),
        ('"停火协"', [("text", "停火协")]),
        ("buy", []),
        ("lang:en kenya", [("text", "Kenya"), ("title", "Kenya")]),
    ],
)
def test_articles(query: str, expected: list[tuple[str, str]]) -> None:
    text = "KENYA’s Red  lines: ships sail BUY NOW 停火协议"
    noise = (Span(field="text", start=text.index("BUY"), end=text.index("停")),)
    record = article("Kenya's envoy", text.replace("KENYA", "Kenya"), noise=noise)
    assert sorted(marked(query, record)) == expected


def test_evidence_is_told_as_it_stands_in_the_article() -> None:
    record = statement("We will sink ships.", quote="sink ships")
    found = highlight(parse("ships", "statements"), record)
    assert [tuple(span) for span in found] == [("quote", 5, 10), ("text", 23, 28)]


def test_speakers_of_an_article_have_no_place_in_it() -> None:
    record = article(statements=(statement(speaker="Ana Torvik"),))
    assert marked("speaker:torvik", record) == []
