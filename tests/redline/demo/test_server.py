"""The feeds as a reader of feeds gets them over HTTP."""

from __future__ import annotations

import calendar
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import feedparser
import pytest

from redline.demo.samples import Outlet, Sample, Samples
from redline.demo.server import FeedServer

START = datetime(2026, 11, 3, 12, 0, 0, 250_000, tzinfo=UTC)
OUTLETS = tuple(
    Outlet(name=f"The «{kind}» Post", slug=kind, format=kind, lang="fr", domain=f"https://{kind}.example")
    for kind in ("rss", "atom", "json")
)
WHEN = {"old": 0, "first": 10, "second": 20, "fix": 30}
TITLES = {"old": "Old", "first": "First & <foremost>", "second": "Second", "fix": "First"}


def samples(outlet: Outlet) -> Iterator[Sample]:
    for key, title in TITLES.items():
        corrects = "first" if key == "fix" else None
        html = "<p>a &amp; b</p>"
        yield Sample(key, outlet.slug, WHEN[key], title, html, author="Ada", tags=("x", "y"), corrects=corrects)


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[FeedServer]:
    articles = tuple(article for outlet in OUTLETS for article in samples(outlet))
    with FeedServer(Samples(OUTLETS, articles, ()), clock, pace=2) as running:
        yield running


def fetch(address: str, etag: str = "") -> tuple[int, str, bytes]:
    url = urlsplit(address)
    connection = HTTPConnection(url.hostname or "", url.port)
    connection.request("GET", url.path, headers={"If-None-Match": etag} if etag else {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers.get("ETag", ""), body


def titles(body: bytes) -> list[str]:
    if body.startswith(b"{"):
        return [item["title"] for item in json.loads(body)["items"]]
    parsed = feedparser.parse(body)
    assert not parsed.bozo
    return [entry.title for entry in parsed.entries]


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.slug)
def test_articles_appear_in_time_newest_first_and_corrections_replace(
    server: FeedServer, clock: Clock, outlet: Outlet
) -> None:
    address = server.address(outlet)
    assert titles(fetch(address)[2]) == ["Old"]
    clock.advance(100)
    assert titles(fetch(address)[2]) == ["Old"]
    server.begin()
    clock.advance(6)
    assert [title.replace("&amp;", "&") for title in titles(fetch(address)[2])] == [TITLES["first"], "Old"]
    clock.advance(5)
    assert titles(fetch(address)[2])[0] == "Second"
    clock.advance(5)
    assert titles(fetch(address)[2]) == ["First", "Second", "Old"]


def test_an_article_is_dated_with_the_moment_of_its_appearance(server: FeedServer, clock: Clock) -> None:
    server.begin()
    clock.advance(100)
    began = START.replace(microsecond=0) + timedelta(seconds=1)
    for outlet in OUTLETS:
        fixed, second, old = server.entries(outlet)
        assert (fixed.published, fixed.updated) == (began + timedelta(seconds=5), began + timedelta(seconds=15))
        assert second.published == second.updated == began + timedelta(seconds=10)
        assert START - old.published > timedelta(hours=24)


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_feeds_say_what_the_samples_say(server: FeedServer, clock: Clock, kind: str) -> None:
    server.begin()
    clock.advance(7)
    outlet = next(one for one in OUTLETS if one.slug == kind)
    parsed = feedparser.parse(fetch(server.address(outlet))[2])
    entry = parsed.entries[0]
    body = entry.content[0].value if "content" in entry else entry.summary
    assert (parsed.feed.title, parsed.feed.language) == (outlet.name, "fr")
    assert (entry.link, entry.id) == (f"https://{kind}.example/first", f"https://{kind}.example/first")
    assert (body, entry.author, [tag.term for tag in entry.tags]) == ("<p>a &amp; b</p>", "Ada", ["x", "y"])
    assert calendar.timegm(entry.published_parsed) == START.replace(second=6, microsecond=0).timestamp()


def test_an_unchanged_feed_is_not_sent_again(server: FeedServer, clock: Clock) -> None:
    address = server.address(OUTLETS[0])
    status, etag, _ = fetch(address)
    assert status == 200
    assert fetch(address, etag) == (304, etag, b"")
    server.begin()
    clock.advance(6)
    assert fetch(address, etag)[0] == 200


def test_anything_else_is_not_there(server: FeedServer) -> None:
    assert fetch(server.address(OUTLETS[0]) + "/x")[0] == 404
