"""What is in the log and the index, what waits, and which feeds fail: the figures of ``redline status``."""

from __future__ import annotations

from datetime import datetime

import msgspec

from schemas.protocols import TOPICS, Index, Log
from schemas.records import INDEXES

GROUPS = {"process": "articles", "notify": "alerts"}
"""Which topic each consumer group reads."""


class TopicStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How many records a topic holds, and has ever got."""

    held: int
    appended: int


class FailingFeed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed whose last fetches failed."""

    url: str
    since: datetime
    error: str


class Status(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of an installation. ``lag`` counts, by group, the records that it has yet to read."""

    topics: dict[str, TopicStatus]
    lag: dict[str, int]
    records: dict[str, int]
    feeds: int
    failing: tuple[FailingFeed, ...] = ()


def log_status(log: Log) -> dict[str, TopicStatus]:
    """Each topic's figures."""
    found = {}
    for topic in TOPICS:
        ends = [(log.earliest(topic, one), log.end(topic, one)) for one in range(log.partitions(topic))]
        found[topic] = TopicStatus(held=sum(end - first for first, end in ends), appended=sum(end for _, end in ends))
    return found


def lag(log: Log, group: str) -> int:
    """How many records of its topic ``group`` has yet to read (those that retention removed do not count)."""
    topic = GROUPS[group]
    committed = log.committed(group, topic)
    waiting = 0
    for partition in range(log.partitions(topic)):
        start = max(committed.get(partition, 0), log.earliest(topic, partition))
        waiting += max(0, log.end(topic, partition) - start)
    return waiting


def counts(index: Index) -> dict[str, int]:
    """How many records each index holds; the pipeline's own marks are left out."""
    return {name: sum(1 for _ in index.scan(name)) for name in INDEXES if name != "marks"}
