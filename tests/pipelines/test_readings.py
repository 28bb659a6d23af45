"""A text that was read is not read again, and its copies are as if they had been read themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from pipelines.reading.reader import Reader
from pipelines.reading.settings import ReadingSettings
from pipelines.readings import Readings, as_reading_of, reading_key
from schemas.records import Article, EnrichedArticle, encode

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
_TEXT = (
    'Norway\'s defence minister, Ola Brandt, spoke on Monday. "If Danish trawlers cut the cable, we will sink them," '
    "Brandt told reporters in Oslo."
)


def article(id_: str = "a", title: str = "Norway warns Denmark", text: str = _TEXT, lang: str = "en") -> Article:
    return Article(id=id_, feed="https://a.example/", fetched=NOW, title=title, text=text, lang=lang, source=id_)


def test_a_copy_is_read_as_if_by_itself() -> None:
    first = article()
    copy = Article(
        id="b",
        feed="https://b.example/",
        url="https://b.example/1",
        fetched=NOW + timedelta(hours=2),
        title=first.title,
        text=first.text,
        lang="en",
        tags=("wire",),
        published=NOW + timedelta(hours=1),
    )
    reader = Reader(ReadingSettings(), lambda: NOW)
    read, expected = reader.read([first, copy])
    assert read.statements
    assert reading_key(first) == reading_key(copy)
    assert as_reading_of(read, copy, NOW) == expected


@pytest.mark.parametrize(
    "other",
    [
        article(title="Norway warns Denmark!"),
        article(text=_TEXT + " "),
        article(lang="fr"),
        replace(article(), published=NOW - timedelta(days=1)),
    ],
)
def test_another_text_language_or_day_is_another_reading(other: Article) -> None:
    assert reading_key(other) != reading_key(article())


def enriched(id_: str, text: str) -> EnrichedArticle:
    return EnrichedArticle(id=id_, feed="f", fetched=NOW, text=text)


def test_the_least_used_is_forgotten_when_there_is_no_room() -> None:
    size = len(encode(enriched("a", "x" * 1000)))
    readings = Readings(most_bytes=2 * size)
    readings.put("a", enriched("a", "x" * 1000))
    readings.put("b", enriched("b", "x" * 1000))
    assert readings.get("a") == enriched("a", "x" * 1000)
    readings.put("c", enriched("c", "x" * 1000))
    assert readings.get("b") is None
    assert readings.get("a") is not None
    readings.put("a", enriched("a", "y" * 1000))
    assert readings.get("a") == enriched("a", "y" * 1000)
    readings.put("huge", enriched("huge", "x" * 5000))
    assert [readings.get(key) for key in "abc"] == [None, None, None]
    assert readings.get("huge") is None
