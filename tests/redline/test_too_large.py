"""What is larger than the brokers take is cut or set aside, with what is beside it and what it says untouched."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from threading import Event

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from connectors.feeds.fetcher import Fetcher
from connectors.feeds.settings import FetchSettings
from connectors.indexes.settings import ElasticsearchSettings
from infra.kafka import KafkaServer
from pipelines.process import run
from pipelines.reading.settings import ReadingSettings
from pipelines.session import Work
from pipelines.settings import ProcessSettings
from redline.dead_letters import letters, retry
from redline.homes import ServerHomes
from schemas.protocols import Index, Log
from schemas.records import DeadLetter, EnrichedArticle
from schemas.times import utc_now
from tests.connectors.feeds.site import Clock, Site, rss
from tests.connectors.logs.test_kafka import settings_for

pytestmark = pytest.mark.integration

MANY_TAGS = "".join(f"<category>{number:04} {'x' * 245}</category>" for number in range(6000))
"""1.5 MB, where brokers take 1 MiB by default."""


class Desk:
    """An installation on servers, and a site whose feed it reads."""

    def __init__(self, homes: ServerHomes, kafka: KafkaServer) -> None:
        self.homes = homes
        self.site = Site(Clock())
        self.log: Log = homes.log()
        self.index: Index = homes.index()
        self._bootstrap = kafka.bootstrap

    def limit(self, size: int) -> None:
        """The brokers take records of ``size`` bytes from now on."""
        topic = f"{self.homes.kafka.prefix}articles"
        with closing(KafkaAdminClient(bootstrap_servers=[self._bootstrap])) as admin:
            admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"max.message.bytes": str(size)})])

    def fetch(self, feed: bytes) -> None:
        asyncio.run(self._fetch(feed))

    async def _fetch(self, feed: bytes) -> None:
        with closing(self.homes.feeds()) as state, closing(self.homes.log()) as log:
            async with self.site.serve():
                for known in state.feeds():  # the site has another port each time
                    state.remove(known.url)
                state.add(f"{self.site.url}/feed")
                self.site.pages["/feed"] = feed
                await Fetcher(state, log, FetchSettings(), utc_now, Random(1)).run(asyncio.Event(), once=True)

    def process(self) -> None:
        run(Work(self.homes, ReadingSettings(degraded=True), ProcessSettings(workers=1)), Event(), once=True)

    def articles(self) -> dict[str, EnrichedArticle]:
        self.index.refresh("articles")
        found = [each for each in self.index.scan("articles") if isinstance(each, EnrichedArticle)]
        return {each.title or "": each for each in found}

    def letters(self) -> list[DeadLetter]:
        return list(letters(self.log, self.index))


@pytest.fixture
def desk(tmp_path: Path, kafka: KafkaServer, own_indexes: ElasticsearchSettings) -> Iterator[Desk]:
    desk = Desk(ServerHomes(tmp_path, settings_for(kafka), own_indexes), kafka)
    desk.log.partitions("articles")
    yield desk
    desk.log.close()
    desk.index.close()


def item(name: str, text: str = "The envoy left the town.", more: str = "") -> str:
    return (
        f"<title>{name}</title><link>https://wire.example/{name}</link><description>{text}</description>{more}"
        "<pubDate>Tue, 24 Nov 2026 10:00:00 GMT</pubDate>"
    )


@pytest.mark.parametrize("limit", [None, 200_000])
def test_an_article_with_too_many_tags_is_cut_and_marked(desk: Desk, limit: int | None) -> None:
    if limit:
        desk.limit(limit)
    feed = rss(item("first"), item("second", more=MANY_TAGS), item("third"))
    desk.fetch(feed)
    desk.process()
    found = desk.articles()
    assert set(found) == {"first", "second", "third"}
    assert found["second"].truncated
    assert 0 < len(found["second"].tags) < 6000
    assert found["second"].text == "The envoy left the town."
    assert not found["first"].truncated
    assert desk.letters() == []
    desk.fetch(feed)
    desk.process()
    assert sum(desk.log.end("articles", part) for part in range(desk.log.partitions("articles"))) == 3


def test_an_article_that_cannot_be_cut_is_a_dead_letter_until_there_is_room(desk: Desk) -> None:
    desk.limit(200_000)
    long = "港はまた静かになった。" * 10_000  # its first 100,000 characters have 300,000 bytes
    feed = rss(item("first"), item("second", long, MANY_TAGS), item("third"))
    desk.fetch(feed)
    desk.process()
    assert set(desk.articles()) == {"first", "third"}
    (letter,) = desk.letters()
    assert (letter.stage, letter.state) == ("fetch", "open")
    assert (letter.topic, letter.id) == ("dead-letters", f"dead-letters/{letter.partition}/{letter.offset}")
    assert "and the log takes 200000 at most" in letter.error
    assert f"/feed: record {letter.error.split()[1]} has " in letter.error
    assert retry(desk.log, desk.index, letter).tries == 2
    desk.limit(1_000_000)
    with closing(desk.homes.log()) as log:
        assert retry(log, desk.index, desk.letters()[0]).state == "gone"
    desk.process()
    assert set(desk.articles()) == {"first", "second", "third"}
    assert [letter.state for letter in desk.letters()] == ["gone"]
