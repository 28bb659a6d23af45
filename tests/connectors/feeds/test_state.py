from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.feeds.articles import Memory, digest, identify, learnt, names, select
from connectors.feeds.fetch import Validators
from connectors.feeds.parse import Entry, Feed
from connectors.feeds.state import FORGET_AFTER, FeedState
from schemas.errors import FeedError
from tests.connectors.feeds.site import START, Clock

FEED = "https://wire.example/feed"
ENTRY = Entry(title="A", url="https://wire.example/a", text="Words.", guid="1")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def state(tmp_path: Path, clock: Clock) -> Iterator[FeedState]:
    state = FeedState(tmp_path / "feeds.sqlite", clock)
    yield state
    state.close()


def read(state: FeedState, *entries: Entry, feed: str = FEED) -> int:
    """Read ``feed`` as the fetcher does; how many articles there were."""
    known = state.ids(feed, [name for entry in entries for name in names(entry) if name])
    found = identify(feed, entries, known)
    memory = state.recall(feed, [one.id for one in found])
    articles = select(feed, Feed(title=None, entries=entries), found, memory, START)
    state.read(
        feed,
        Validators('"1"', None, "hash"),
        START + timedelta(minutes=2),
        ids=learnt(found, known),
        digests={one.id: digest(one.entry) for one in found},
        articles=articles,
    )
    return len(articles)


def test_feeds_are_added_once_and_removed(state: FeedState) -> None:
    assert state.add(FEED, "Gulf Wire")
    assert not state.add(f" {FEED} ")
    assert [(feed.url, feed.title, feed.added, feed.fetched) for feed in state.feeds()] == [
        (FEED, "Gulf Wire", START, None)
    ]
    assert state.remove(FEED)
    assert not state.remove(FEED)
    assert state.feeds() == []


@pytest.mark.parametrize("url", ["", "wire.example", "file:///etc/passwd", "http://", "http://[::1"])
def test_only_web_addresses_are_feeds(state: FeedState, url: str) -> None:
    with pytest.raises(FeedError, match="must begin with http"):
        state.add(url)


def test_what_was_read_is_remembered_after_a_restart(state: FeedState, tmp_path: Path, clock: Clock) -> None:
    state.add(FEED)
    assert state.recall(FEED, []) == Memory(first=True)
    assert read(state, ENTRY) == 1
    again = FeedState(tmp_path / "feeds.sqlite", clock)
    assert read(again, ENTRY) == 0
    assert again.validators(FEED) == Validators('"1"', None, "hash")
    assert not again.recall(FEED, []).first
    again.close()


def test_failures_keep_the_validators_and_the_time_of_the_first(state: FeedState, clock: Clock) -> None:
    state.add(FEED)
    read(state, ENTRY)
    clock.move(timedelta(minutes=10))
    state.failed(FEED, "not a feed", clock() + timedelta(minutes=4))
    clock.move(timedelta(minutes=10))
    state.failed(FEED, "empty answer", clock() + timedelta(minutes=8))
    (feed,) = state.feeds()
    assert (feed.failing_since, feed.failures, feed.error) == (START + timedelta(minutes=10), 2, "empty answer")
    assert feed.due == START + timedelta(minutes=28)
    assert state.validators(FEED).etag == '"1"'
    state.unchanged(FEED, clock())
    (feed,) = state.feeds()
    assert (feed.failing_since, feed.failures, feed.error, feed.fetched) == (None, 0, None, clock())


def test_due_feeds_come_in_order_and_those_of_a_held_host_do_not(state: FeedState, clock: Clock) -> None:
    for url in (FEED, "https://wire.example/sea", "https://wire.example:81/x", "https://fjord.example/feed"):
        state.add(url)
    state.unchanged("https://fjord.example/feed", clock() + timedelta(minutes=2))
    state.hold("wire.example", clock() + timedelta(seconds=90), "the server answered 429 Too Many Requests")
    assert [feed.url for feed in state.due()] == ["https://wire.example:81/x"]
    held = {feed.url: (feed.held, feed.due) for feed in state.feeds()}
    assert held[FEED] == ("the server answered 429 Too Many Requests", START + timedelta(seconds=90))
    clock.move(timedelta(seconds=90))
    assert [feed.url for feed in state.due()] == [FEED, "https://wire.example/sea", "https://wire.example:81/x"]
    clock.move(timedelta(seconds=30))
    assert len(state.due()) == 4


def test_a_clock_that_was_set_back_keeps_no_feed_waiting(state: FeedState, clock: Clock) -> None:
    clock.move(timedelta(days=30))
    for url in (FEED, "https://fjord.example/feed", "https://wire.example:81/x"):
        state.add(url)
    state.unchanged(FEED, clock() + timedelta(minutes=2))
    state.failed("https://fjord.example/feed", "not a feed", clock() + timedelta(minutes=4))
    state.hold("wire.example:81", clock() + timedelta(hours=1), "the server answered 429 Too Many Requests")
    assert state.due() == []
    clock.move(timedelta(days=-30))
    assert len(state.due()) == 3
    for url in (FEED, "https://fjord.example/feed"):
        state.failed(url, "no answer", clock() + timedelta(minutes=2))
    state.unchanged("https://wire.example:81/x", clock() + timedelta(minutes=2))
    assert state.due() == []


def test_many_entries_at_once(state: FeedState) -> None:
    state.add(FEED)
    entries = [Entry(title=f"{n}", url=f"https://wire.example/{n}") for n in range(3000)]
    assert read(state, *entries) == 3000
    assert read(state, *reversed(entries)) == 0


def test_a_feed_removed_while_it_was_read_leaves_nothing(state: FeedState) -> None:
    assert read(state, ENTRY) == 1
    assert read(state, ENTRY) == 1


def test_what_a_feed_has_not_shown_for_long_is_forgotten(state: FeedState, clock: Clock) -> None:
    state.add(FEED)
    old, steady = ENTRY, Entry(title="S", url="https://wire.example/s")
    read(state, old, steady)
    clock.move(FORGET_AFTER + timedelta(days=1))
    assert read(state, steady) == 0
    assert state.ids(FEED, [names(old).same]) == {}
    assert read(state, steady) == 0
