from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random

import pytest
from aiohttp import web

from connectors.feeds.fetcher import Fetcher
from connectors.feeds.publish import TOPIC
from connectors.feeds.settings import FetchSettings
from connectors.feeds.state import FeedState
from connectors.logs.sqlite import SqliteLog
from schemas.errors import UnavailableError
from schemas.protocols import Message
from schemas.records import Article, decode
from tests.connectors.feeds.site import START, Clock, Site, item, rss

CHALLENGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking</body></html>"
SETTINGS = FetchSettings(interval=10, timeout=1, max_bytes=1_000_000)


class Desk:
    """A site, a state, a log and a fetcher over them, in one folder."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.clock = clock
        self.site = Site(clock)
        self.state = FeedState(folder / "feeds.sqlite", clock)
        self.log = SqliteLog(folder / "log.sqlite", clock)

    def fetcher(self, settings: FetchSettings = SETTINGS) -> Fetcher:
        return Fetcher(self.state, self.log, settings, self.clock, Random(1), poll=0.01)

    def add(self, *paths: str) -> None:
        for path in paths:
            self.state.add(self.site.url + path)

    async def once(self) -> list[Article]:
        """Fetch every feed once; the articles that the log got."""
        before = {(article.id, article.version) for article in self.articles()}
        await self.fetcher().run(asyncio.Event(), once=True)
        return [article for article in self.articles() if (article.id, article.version) not in before]

    def articles(self) -> list[Article]:
        records = [
            record
            for partition in range(self.log.partitions(TOPIC))
            for record in self.log.read(TOPIC, partition, 0, 1000)
        ]
        articles = [decode(record.value or b"", Article) for record in records]
        assert [record.key for record in records] == [article.id for article in articles]
        return sorted(articles, key=lambda article: (article.version, article.title or ""))

    def run(self, play: Callable[[], Awaitable[None]]) -> None:
        async def go() -> None:
            async with self.site.serve():
                await play()

        asyncio.run(go())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, Clock())
    yield desk
    desk.state.close()
    desk.log.close()


def test_only_what_is_new_or_changed_is_published(desk: Desk) -> None:
    async def play() -> None:
        desk.add("/a")
        desk.site.pages["/a"] = rss(item(1), item(2))
        assert [article.title for article in await desk.once()] == ["Note 1", "Note 2"]
        assert await desk.once() == []
        desk.clock.move(timedelta(minutes=1))
        desk.site.pages["/a"] = rss(item(3), item(2, text="The strait is shut."), item(1))
        new = {article.title: article for article in await desk.once()}
        assert set(new) == {"Note 2", "Note 3"}
        assert new["Note 2"].text == "The strait is shut."
        assert new["Note 2"].first_seen == START
        assert new["Note 3"].source == "Gulf Wire"

    desk.run(play)


def test_unchanged_feeds_are_asked_conditionally(desk: Desk) -> None:
    async def play() -> None:
        desk.add("/a")
        desk.site.pages["/a"] = web.Response(body=rss(item(1)), headers={"ETag": '"1"'})
        await desk.once()
        await desk.once()
        assert [request.headers.get("If-None-Match") for _, request in desk.site.requests] == [None, '"1"']

    desk.run(play)


def test_items_with_one_address_and_no_guid(desk: Desk) -> None:
    def statement(title: str) -> str:
        return (
            f"<title>{title}</title><link>https://ministry.example/statements</link><description>{title}.</description>"
        )

    async def play() -> None:
        desk.add("/a")
        three = [statement("On the crossing"), statement("On grain ships"), statement("On the embassy")]
        desk.site.pages["/a"] = rss(*three)
        assert len({article.id for article in await desk.once()}) == 3
        desk.site.pages["/a"] = rss(*reversed(three))
        assert await desk.once() == []
        desk.site.pages["/a"] = rss(statement("On visas"), *three)
        assert [article.title for article in await desk.once()] == ["On visas"]
        assert len({article.id for article in desk.articles()}) == 4

    desk.run(play)


def test_an_aggregator_with_new_links_and_guids_each_time(desk: Desk) -> None:
    def page(code: str) -> bytes:
        return rss(
            f"""<title>General warns of strike on bridge - Fjord Daily</title>
            <link>https://aggregator.example/go/{code}?r=5</link><guid isPermaLink="false">{code}</guid>
            <pubDate>Tue, 24 Nov 2026 08:00:00 +0000</pubDate><source url="https://fjord.example">Fjord Daily</source>
            <description>General warns of strike on bridge</description>"""
        )

    async def play() -> None:
        desk.add("/a")
        desk.site.pages["/a"] = page("qx1aaa111")
        (article,) = await desk.once()
        assert article.source == "Fjord Daily"
        desk.clock.move(timedelta(minutes=10))
        desk.site.pages["/a"] = page("qx9zzz222")
        assert await desk.once() == []

    desk.run(play)


@pytest.mark.parametrize("value", ["90", format_datetime(START + timedelta(seconds=90), usegmt=True)])
def test_no_request_to_a_host_before_the_time_it_named(desk: Desk, value: str) -> None:
    async def busy(request: web.BaseRequest) -> web.Response:
        if desk.clock() < START + timedelta(seconds=90):
            return web.Response(status=429, headers={"Retry-After": value})
        return web.Response(body=rss(item(1 if request.path == "/a" else 2)))

    async def play() -> None:
        desk.add("/a", "/b")
        desk.site.pages = {"/a": busy, "/b": busy}
        async with running(desk):
            await until(lambda: all(feed.held for feed in desk.state.feeds()))
            await asyncio.sleep(0.05)
            asked = len(desk.site.requests)
            assert asked <= 2  # both may have been on their way when the first 429 came
            assert desk.state.feeds()[0].held == "the server answered 429 Too Many Requests"
            desk.clock.move(timedelta(seconds=89))
            await asyncio.sleep(0.1)
            assert len(desk.site.requests) == asked
            desk.clock.move(timedelta(seconds=1))
            await until(lambda: len(desk.articles()) == 2)
        assert [feed.held for feed in desk.state.feeds()] == [None, None]

    desk.run(play)


@pytest.mark.parametrize("value", ["0", "-1", "soon", "Mon, 02 Nov 2026 00:00:00 GMT", ""])
def test_without_a_time_to_come_the_usual_back_off_holds(desk: Desk, value: str) -> None:
    async def play() -> None:
        desk.add("/a")
        desk.site.pages["/a"] = web.Response(status=503, headers={"Retry-After": value})
        async with running(desk):
            for failures, wait in ((1, 20), (2, 40), (3, 80)):
                await until(lambda n=failures: desk.state.feeds()[0].failures == n)  # type: ignore[misc]
                desk.clock.move(timedelta(seconds=wait * 0.89))
                await asyncio.sleep(0.05)
                assert len(desk.site.requests) == failures
                desk.clock.move(timedelta(seconds=wait * 0.22))
            await until(lambda: desk.state.feeds()[0].failures == 4)
            desk.site.pages["/a"] = rss(item(1))
            desk.clock.move(timedelta(seconds=176))
            await until(lambda: len(desk.articles()) == 1)

    desk.run(play)


@asynccontextmanager
async def running(desk: Desk) -> AsyncIterator[None]:
    """The fetcher runs while the block does."""
    stop = asyncio.Event()
    service = asyncio.create_task(desk.fetcher().run(stop))
    try:
        yield
    finally:
        stop.set()
        await service


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):  # far more than it takes
        while not done():
            await asyncio.sleep(0.01)


def test_a_challenge_page_is_a_failure_that_heals_by_itself(desk: Desk) -> None:
    async def play() -> None:
        desk.add("/y")
        desk.site.pages["/y"] = web.Response(body=rss(), headers={"ETag": '"good"'})
        assert await desk.once() == []
        assert desk.state.feeds()[0].failing_since is None
        desk.clock.move(timedelta(minutes=10))
        desk.site.pages["/y"] = web.Response(body=CHALLENGE, headers={"ETag": '"bad"'}, content_type="text/html")
        await desk.once()
        since = desk.clock()
        desk.clock.move(timedelta(minutes=10))
        await desk.once()
        (feed,) = desk.state.feeds()
        assert feed.failing_since == since
        assert feed.error == "not a feed: HTML page ('Just a moment...')"
        assert desk.state.validators(feed.url).etag == '"good"'
        desk.site.pages["/y"] = rss(item(1))
        assert len(await desk.once()) == 1
        assert desk.state.feeds()[0].error is None

    desk.run(play)


def test_a_bad_feed_never_harms_another(desk: Desk) -> None:
    async def loop(request: web.BaseRequest) -> web.Response:
        return web.Response(status=302, headers={"Location": request.path})

    async def play() -> None:
        desk.site.pages = {
            "/loop": loop,
            "/html": CHALLENGE,
            "/large": b"<rss>" + bytes(2_000_000),
            "/empty": b"",
            "/good": rss(item(1)),
        }
        desk.add("/empty", "/gone", "/good", "/html", "/large", "/loop")
        desk.state.add("http://127.0.0.1:1/refused")
        assert [article.title for article in await desk.once()] == ["Note 1"]
        errors = {feed.url.rsplit("/", 1)[1]: feed.error for feed in desk.state.feeds()}
        assert errors.pop("good") is None
        assert all(errors.values())

    desk.run(play)


def test_an_entry_counts_as_seen_only_after_the_log_has_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    append = desk.log.append
    tries: list[datetime] = []

    def down_at_first(topic: str, messages: Sequence[Message]) -> None:
        tries.append(desk.clock())
        if len(tries) < 3:
            raise UnavailableError("the log is down")
        append(topic, messages)

    async def play() -> None:
        desk.add("/a")
        desk.site.pages["/a"] = rss(item(1))
        monkeypatch.setattr(desk.log, "append", down_at_first)
        assert len(await desk.once()) == 1
        assert len(tries) == 3
        assert await desk.once() == []

    desk.run(play)


def test_a_stop_while_the_log_is_down_loses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_topic: str, _messages: Sequence[Message]) -> None:
        raise UnavailableError("the log is down")

    async def play() -> None:
        desk.add("/a")
        desk.site.pages["/a"] = rss(item(1))
        with monkeypatch.context() as patch:
            patch.setattr(desk.log, "append", down)
            async with running(desk):
                await asyncio.sleep(0.15)
        assert len(await desk.once()) == 1

    desk.run(play)


def test_killed_between_log_and_state_the_same_ids_are_published_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_args: object, **_kwargs: object) -> None:
        raise Killed

    async def play() -> None:
        desk.add("/a")
        desk.site.pages["/a"] = rss(item(1), item(2), "<title>no address</title>")
        with monkeypatch.context() as patch:
            patch.setattr(desk.state, "read", kill)
            with pytest.raises(Killed):
                await desk.once()
        first = desk.articles()
        assert len(first) == 3
        desk.clock.move(timedelta(minutes=1))
        again = await desk.once()
        assert {article.id for article in again} == {article.id for article in first}
        assert min(article.version for article in again) > max(article.version for article in first)
        assert [article.backlog for article in again] == [article.backlog for article in first]
        assert await desk.once() == []

    desk.run(play)


def test_at_most_so_many_requests_to_one_host_at_once(desk: Desk) -> None:
    open_now = 0
    most = 0

    async def slow(request: web.BaseRequest) -> web.Response:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await asyncio.sleep(0.03)
        open_now -= 1
        return web.Response(body=rss(item(int(request.path[1:]))))

    async def play() -> None:
        paths = [f"/{number}" for number in range(12)]
        desk.site.pages = dict.fromkeys(paths, slow)
        desk.add(*paths)
        assert len(await desk.once()) == 12
        assert most == SETTINGS.per_host

    desk.run(play)


def test_a_feed_added_meanwhile_is_fetched(desk: Desk) -> None:
    async def play() -> None:
        async with running(desk):
            await asyncio.sleep(0.05)
            desk.site.pages["/a"] = rss(item(1))
            desk.add("/a")
            await until(lambda: len(desk.articles()) == 1)
        assert desk.site.paths == ["/a"]

    desk.run(play)
