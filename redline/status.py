"""What is in the log and the index, what waits, and which feeds fail: the figures of ``redline status``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from connectors.feeds.state import FeedStatus
from pipelines.reading.settings import READ_IN_DEPTH
from schemas.protocols import TOPICS, Index, Log
from schemas.records import INDEXES

GROUPS = {"process": "articles", "notify": "alerts"}
"""Which topic each consumer group reads."""


class TopicStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How many records a topic may hold now (retention removes the oldest), and has ever got."""

    held: int
    appended: int


class FailingFeed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed whose last fetches failed, since when, and the last fault."""

    url: str
    since: datetime
    error: str


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The state of an installation. ``lag`` counts, by consumer group, the records that it has yet to read.

    ``languages`` counts the newest 10,000 articles by language; those in another than the one read in depth have no
    statements, and ``not_read`` is how many they are.
    """

    topics: dict[str, TopicStatus]
    lag: dict[str, int]
    records: dict[str, int]
    languages: dict[str, int]
    not_read: int
    feeds: int
    failing: tuple[FailingFeed, ...]


def installation_status(log: Log, index: Index, feeds: Iterable[FeedStatus]) -> Status:
    """The figures of an installation with these parts."""
    feeds = list(feeds)
    languages = index.search("articles", None, limit=1, facets=["lang"]).facets["lang"]
    return Status(
        topics={topic: _topic(log, topic) for topic in TOPICS},
        lag={group: lag(log, group, topic) for group, topic in GROUPS.items()},
        records={name: index.count(name) for name in INDEXES if name != "marks"},
        languages=languages,
        not_read=sum(count for language, count in languages.items() if language != READ_IN_DEPTH),
        feeds=len(feeds),
        failing=tuple(
            FailingFeed(url=feed.url, since=feed.failing_since, error=feed.error or "")
            for feed in feeds
            if feed.failing_since
        ),
    )


def _topic(log: Log, topic: str) -> TopicStatus:
    ends = [(log.earliest(topic, one), log.end(topic, one)) for one in range(log.partitions(topic))]
    return TopicStatus(held=sum(end - first for first, end in ends), appended=sum(end for _, end in ends))


def lag(log: Log, group: str, topic: str) -> int:
    """How many records ``group`` has yet to read; those that retention removed do not count."""
    committed = log.committed(group, topic)
    waiting = 0
    for partition in range(log.partitions(topic)):
        start = max(committed.get(partition, 0), log.earliest(topic, partition))
        waiting += max(0, log.end(topic, partition) - start)
    return waiting
