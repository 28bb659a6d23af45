"""Queries whose right answer is known, over both homes and in the stream."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from pipelines.matching.evaluate import evaluate
from schemas.protocols import Index
from schemas.query.parse import parse
from schemas.query.project import project
from schemas.records import EnrichedArticle
from tests.one_meaning.strategies import NOW

APOSTROPHES = "'’ʼ"


class Clock:
    """A clock that stands until it is set."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


def articles(*titles: str) -> list[EnrichedArticle]:
    """Articles ``d1``, ``d2`` and so on."""
    return [EnrichedArticle(id=f"d{at}", feed="f", fetched=NOW, title=title) for at, title in enumerate(titles, 1)]


class Cases:
    """Subclass as ``Test…`` and override ``index``, which is empty and has ``clock``."""

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def index(self, clock: Clock) -> Iterator[Index]:
        raise NotImplementedError

    def finds(self, index: Index, given: list[EnrichedArticle], text: str, now: datetime = NOW) -> str:
        """The numbers of the articles that ``text`` finds in ``index``; in the stream it finds the same."""
        query = parse(text, "articles")
        found = sorted(record.id for record in index.search("articles", query).records)
        best = sorted(record.id for record in index.search("articles", query, sort="best").records)
        streamed = sorted(each.id for each in given if evaluate(query, project("articles", each), now))
        assert found == best == streamed
        return "".join(found).replace("d", "")

    def test_exclusions_only_exclude(self, index: Index) -> None:
        given = articles(
            "New talks on the strait open Monday",
            "Ceasefire ends between football clubs",
            "Harvest festival opens",
            "Ceasefires hold as basketball returns",
            "Ceasefire signed at dawn",
        )
        index.upsert("articles", given)
        index.refresh("articles")
        assert self.finds(index, given, '("new talks" OR ceasefire*) -football -basketball') == "15"
        assert self.finds(index, given, '-football ("new talks" OR ceasefire*) NOT basketball') == "15"
        assert self.finds(index, given, "opens -football -basketball") == "13"
        assert self.finds(index, given, "ceasefire -(football OR basketball OR dawn)") == ""

    @pytest.mark.parametrize("written", APOSTROPHES)
    def test_apostrophes_are_one_and_possessives_come_off(self, index: Index, written: str) -> None:
        titles = ("Kenya's envoy leaves", "Sana'a airport hit", "Sana'a port closed", "Kenyatta speaks", "Sana bakery")
        given = articles(*(title.replace("'", written) for title in titles))
        index.upsert("articles", given)
        index.refresh("articles")
        assert self.finds(index, given, "Kenya") == "1"
        assert self.finds(index, given, "Sana") == "5"
        for asked in APOSTROPHES:
            assert self.finds(index, given, f"Kenya{asked}s") == "1"
            assert self.finds(index, given, f"Sana{asked}a") == "23"
            assert self.finds(index, given, f'"Sana{asked}a airport"') == "2"

    def test_now_is_the_time_of_asking(self, index: Index, clock: Clock) -> None:
        clock.now = NOW + timedelta(days=2)
        given = [
            EnrichedArticle(id=f"d{at}", feed="f", fetched=clock.now, title=title, published=clock.now - before)
            for at, (title, before) in enumerate(
                [("Ultimatum to the port", timedelta(minutes=1)), ("Old ultimatum", timedelta(hours=2))], 1
            )
        ]
        index.upsert("articles", given)
        index.refresh("articles")
        text = "ultimatum AND published:[now-1h TO now]"
        assert self.finds(index, given, text, clock.now) == "1"
        clock.now += timedelta(hours=1)
        assert self.finds(index, given, text, clock.now) == ""
        clock.now = NOW
        assert self.finds(index, given, text, clock.now) == ""

    def test_an_article_is_found_by_the_full_text_of_a_later_version(self, index: Index) -> None:
        text = "Minister Torvik said that the coastal battery would fire on any intruder."
        query = 'Torvik AND "coastal battery"'
        versions = [
            EnrichedArticle(id="d1", feed="f", fetched=NOW, version=at, title="Minister speaks on defence", text=body)
            for at, body in enumerate([None, text, text.replace("said that", "said, that")], 1)
        ]
        for version, expected in zip(versions, ("", "1", "1"), strict=True):
            index.upsert("articles", [version])
            index.refresh("articles")
            assert self.finds(index, [version], query) == expected
        index.upsert("articles", [versions[0]])
        index.refresh("articles")
        assert index.search("articles", parse(query, "articles")).records == [versions[2]]
