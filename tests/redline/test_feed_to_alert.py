"""From a feed on loopback to the alerts, through the real fetcher, log, pipeline and index."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random
from threading import Event
from typing import Literal

import pytest

from connectors.feeds.fetcher import Fetcher
from connectors.feeds.settings import FetchSettings
from pipelines.process import run
from pipelines.reading.settings import ReadingSettings
from pipelines.session import Work
from pipelines.settings import ProcessSettings
from redline.homes import EmbeddedHomes
from redline.watches import add_watch, new_watch, remove_watch
from schemas.protocols import Index
from schemas.records import Alert, Watch
from schemas.times import utc_now
from tests.connectors.feeds.site import Clock, Site, rss

pytestmark = pytest.mark.integration


class Desk:
    """An installation in one folder, and a site whose feed it reads."""

    def __init__(self, folder: Path) -> None:
        self._homes = EmbeddedHomes(folder)
        self.index: Index = self._homes.index()
        self.site = Site(Clock())

    def watch(
        self,
        name: str,
        query: str,
        once_per: Literal["claim", "story", "article"],
        since: timedelta = timedelta(days=2),
    ) -> Watch:
        watch = new_watch(name, query, utc_now() - since, over="articles", once_per=once_per)
        add_watch(self.index, watch)
        return watch

    def play(self, *feeds: bytes) -> None:
        """Let the feed be each of ``feeds`` in turn, fetch it, and process what came."""
        asyncio.run(self._fetch(feeds))
        run(Work(self._homes, ReadingSettings(), ProcessSettings(workers=1)), Event(), once=True)

    async def _fetch(self, feeds: tuple[bytes, ...]) -> None:
        log, state = self._homes.log(), self._homes.feeds()
        async with self.site.serve():
            url = f"{self.site.url}/feed"
            for known in state.feeds():  # the site has another port each time: its feed keeps what is known of it
                state.remove(known.url)
            state.add(url)
            for feed in feeds:
                self.site.pages["/feed"] = feed
                await Fetcher(state, log, FetchSettings(), utc_now, Random(1)).run(asyncio.Event(), once=True)
        log.close()
        state.close()

    def alerts(self) -> list[Alert]:
        return [each for each in self.index.scan("alerts") if isinstance(each, Alert) and each.state == "new"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.index.close()


def entry(title: str, link: str, text: str, published: datetime, guid: str | None = None) -> str:
    """The inside of an item; without ``guid`` it has none."""
    named = f'<guid isPermaLink="false">{guid}</guid>' if guid else ""
    return (
        f"<title>{title}</title><link>{link}</link>{named}<pubDate>{format_datetime(published)}</pubDate>"
        f"<description>{text}</description>"
    )


def test_items_without_guids_that_share_a_page_alert_once_each(desk: Desk) -> None:
    now, page = utc_now(), "https://ministry.example/statements"
    crossing = entry("Statement on the river crossing", page, "The ministry says that the crossing stays shut.", now)
    grain = entry("Statement on grain ships", page, "Ships will be searched from Friday.", now)
    embassy = entry("Statement on the embassy", page, "The embassy has been told to leave.", now)
    fourth = entry("Statement on grain prices", page, "Prices are no matter of the ministry.", now)
    desk.watch("notes", "grain OR embassy", "article")
    desk.play(rss(crossing, grain, embassy), rss(crossing, grain, embassy), rss(fourth, crossing, grain, embassy))
    assert desk.index.count("articles") == 4
    assert len(desk.alerts()) == 3
    assert len({alert.article for alert in desk.alerts()}) == 3


def test_an_aggregator_that_gives_new_addresses_and_guids_raises_no_second_alert(desk: Desk) -> None:
    now, title = utc_now(), "General warns of strike on bridge - Fjord Daily"

    def item(opaque: str) -> str:
        link = f"https://aggregator.example/go/{opaque}?r=5"
        return entry(title, link, "General warns of strike on bridge", now, opaque)

    desk.watch("bridge", "bridge AND strike", "story")
    desk.play(rss(item("qx1aaa111")), rss(item("qx9zzz222")))
    assert len(desk.alerts()) == 1


def test_now_in_a_watch_is_the_time_of_matching(desk: Desk) -> None:
    desk.watch("fresh", "ultimatum AND published:[now-1h TO now]", "article")
    other = desk.watch("other", "harbour", "article")
    now = utc_now()
    new = entry("Ultimatum to the port", "https://wire.example/new", "It ends at noon.", now)
    old = entry("Old ultimatum", "https://wire.example/old", "It ended long ago.", now - timedelta(hours=2))
    desk.play(rss(new, old))
    remove_watch(desk.index, other)
    desk.play(rss(entry("Last ultimatum", "https://wire.example/last", "It ends at dusk.", utc_now())))
    titles = desk.index.get("articles", [alert.article for alert in desk.alerts()]).values()
    assert sorted(getattr(found.record, "title", "") for found in titles) == ["Last ultimatum", "Ultimatum to the port"]
