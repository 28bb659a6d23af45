"""Who reads which topic, and how much of it waits for them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from schemas.protocols import Log

READERS = {"articles": "process", "replay": "process", "alerts": "notify"}
"""The consumer group that reads each topic."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How many records of a topic its readers have yet to read, and since when the oldest of them is there."""

    records: int
    since: datetime | None = None


def lag(log: Log, topic: str) -> int:
    """How many records of ``topic`` its readers have yet to read; those that retention removed do not count."""
    return sum(map(len, unread(log, topic).values()))


def waiting(log: Log, topic: str) -> Waiting:
    """What waits in ``topic`` for its readers."""
    left = {partition: part for partition, part in unread(log, topic).items() if part}
    oldest = [record for partition, part in left.items() for record in log.read(topic, partition, part.start, 1)]
    return Waiting(
        records=sum(map(len, left.values())), since=min((record.appended for record in oldest), default=None)
    )


def unread(log: Log, topic: str) -> dict[int, range]:
    """The offsets of each partition of ``topic`` that its readers have yet to read."""
    committed = log.committed(READERS[topic], topic)
    return {
        partition: range(max(committed.get(partition, 0), log.earliest(topic, partition)), log.end(topic, partition))
        for partition in range(log.partitions(topic))
    }
