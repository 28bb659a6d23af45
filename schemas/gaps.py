"""Gaps: offsets that retention removed before their reader came to them, noted once so that people can be told.

A reader that stands where the log holds nothing any more goes on at the earliest record that is left, never at the
newest.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import cast

import msgspec

from schemas.protocols import Index, Log
from schemas.records import Mark, Part, Time

MARK = "gaps"
"""The record in index ``marks`` that holds the last gaps."""
KEPT = 100
_log = logging.getLogger(__name__)


class Gap(Part, frozen=True):
    """Offsets ``first`` to ``last`` of a partition, which were gone before ``group`` had read them."""

    group: str
    topic: str
    partition: int
    first: int
    last: int
    noticed: Time

    @property
    def records(self) -> int:
        """How many offsets they are."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        count = "1 record" if self.records == 1 else f"{self.records} records"
        return (
            f"{self.topic}: offsets {self.first} to {self.last} ({count}) of partition {self.partition} were gone"
            f" before {self.group} read them"
        )


def unread(log: Log, index: Index, group: str, topic: str, now: datetime) -> dict[int, range]:
    """The offsets that ``group`` has yet to read, by partition; what is gone is noted and, by a commit, passed.

    A group that never committed begins with the earliest record (and commits that, so that what goes from then on is
    noted), and so does one that stands beyond the end: its topic was made anew.
    """
    committed = log.committed(group, topic)
    left, gaps, passed = {}, [], {}
    for partition in range(log.partitions(topic)):
        earliest, end = log.earliest(topic, partition), log.end(topic, partition)
        start = committed.get(partition, earliest)
        if start < earliest:
            gaps.append(Gap(group=group, topic=topic, partition=partition, first=start, last=earliest - 1, noticed=now))
        if partition not in committed or not earliest <= start <= end:
            start = passed[partition] = earliest
        left[partition] = range(start, end)
    if passed:
        note(index, gaps)
        log.commit(group, topic, passed)
    return left


def note(index: Index, gaps: Sequence[Gap]) -> None:
    """Keep ``gaps`` in the index and say so in the log; those known already are left out."""
    while True:
        found = index.get("marks", [MARK]).get(MARK)
        known = _of(cast(Mark, found.record)) if found else []
        places = {(gap.group, gap.topic, gap.partition, gap.first, gap.last) for gap in known}
        new = [gap for gap in gaps if (gap.group, gap.topic, gap.partition, gap.first, gap.last) not in places]
        if not new:
            return
        mark = Mark(id=MARK, data={"gaps": msgspec.to_builtins([*known, *new][-KEPT:])})
        if index.put("marks", mark, found.revision if found else None) is not None:
            break
    for gap in new:
        _log.error("retention removed what was not read", extra={"gap": str(gap)})


def known_gaps(index: Index) -> list[Gap]:
    """The last gaps, in the order in which they were noticed."""
    found = index.get("marks", [MARK]).get(MARK)
    return _of(cast(Mark, found.record)) if found else []


def _of(mark: Mark) -> list[Gap]:
    return msgspec.convert(mark.data["gaps"], list[Gap])
