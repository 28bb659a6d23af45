"""The sources give every record of their ranges once, in order, whether or not a record lies at each offset."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from apache_beam.io.restriction_trackers import OffsetRange
from apache_beam.runners.sdf_utils import RestrictionTrackerView, ThreadsafeRestrictionTracker
from apache_beam.testing import test_pipeline
from apache_beam.testing.util import assert_that

from pipelines.reading.settings import ReadingSettings
from pipelines.session import Work
from pipelines.settings import ProcessSettings
from pipelines.sources import AHEAD, BATCH, GROUP, Batch, Drain, OnePosition, PartitionRange, ReadOn
from redline.homes import EmbeddedHomes
from schemas.protocols import Log, Message
from schemas.times import utc_now


def append(log: Log, start: int, count: int) -> None:
    log.append("articles", [Message(f"key-{number}", b"{}") for number in range(start, start + count)])


def drain(tmp_path: Path, ranges: list[PartitionRange], check: Callable[[list[Batch]], None]) -> None:
    """Run a pipeline of nothing but the source, and ``check`` the batches that come out (inside the pipeline)."""
    work = Work(EmbeddedHomes(tmp_path), ReadingSettings(), ProcessSettings(workers=1), run=str(tmp_path))
    session = work.session()
    with test_pipeline.TestPipeline("FnApiRunner") as pipeline:
        assert_that(pipeline | Drain(ranges, work), check)
    session.close()


def test_every_record_of_every_range_comes_once_in_batches_of_one_partition(tmp_path: Path) -> None:
    log = EmbeddedHomes(tmp_path).log()
    append(log, 0, 700)
    ranges = [PartitionRange("articles", part, 3, log.end("articles", part) - 2) for part in range(4)]
    log.close()
    expected = sorted((part.partition, offset) for part in ranges for offset in range(part.start, part.end))

    def check(batches: list[Batch]) -> None:
        assert all({record.partition for record in batch.records} == {batch.place.partition} for batch in batches)
        assert all(1 <= len(batch.records) <= BATCH for batch in batches)
        assert all(one.offset < other.offset for batch in batches for one, other in pairwise(batch.records))
        assert sorted((record.partition, record.offset) for batch in batches for record in batch.records) == expected
        places = sorted(batch.place for batch in batches)
        assert all(one.end == other.start for one, other in pairwise(places) if one.partition == other.partition)

    drain(tmp_path, ranges, check)


def test_offsets_that_hold_nothing_any_more_are_passed_over(tmp_path: Path) -> None:
    log = EmbeddedHomes(tmp_path).log()
    append(log, 0, 300)
    ends = [log.end("articles", part) for part in range(4)]
    log.trim("articles", utc_now() + timedelta(seconds=1))
    append(log, 300, 20)
    ranges = [PartitionRange("articles", part, 0, log.end("articles", part)) for part in range(4)]
    log.close()

    def check(batches: list[Batch]) -> None:
        records = [record for batch in batches for record in batch.records]
        assert len(records) == 20
        assert all(record.offset >= ends[record.partition] for record in records)

    drain(tmp_path, ranges, check)


def test_a_range_without_any_record_gives_nothing(tmp_path: Path) -> None:
    log = EmbeddedHomes(tmp_path).log()
    append(log, 0, 100)
    ends = [log.end("articles", part) for part in range(4)]
    log.trim("articles", utc_now() + timedelta(seconds=1))
    log.close()

    def check(batches: list[Batch]) -> None:
        assert batches == []

    drain(tmp_path, [PartitionRange("articles", part, 0, end) for part, end in enumerate(ends)], check)


def test_a_failed_check_fails_the_test(tmp_path: Path) -> None:
    log = EmbeddedHomes(tmp_path).log()
    append(log, 0, 10)
    ends = [log.end("articles", part) for part in range(4)]
    log.close()

    def check(batches: list[Batch]) -> None:
        assert batches == [], "the source gave something"

    with pytest.raises(Exception, match="the source gave something"):
        drain(tmp_path, [PartitionRange("articles", part, 0, end) for part, end in enumerate(ends)], check)


def test_a_partition_is_followed_only_so_far_beyond_what_is_committed(tmp_path: Path) -> None:
    log = EmbeddedHomes(tmp_path).log()
    while log.end("articles", 0) < AHEAD + 200:
        append(log, log.end("articles", 0), 500)
    work = Work(EmbeddedHomes(tmp_path), ReadingSettings(), ProcessSettings(workers=1), run=str(tmp_path))
    session = work.session()
    reader = ReadOn(GROUP, work)
    reader.setup()
    position = 0

    def follow() -> list[Batch]:
        """What comes until the reader has nothing more, one look after the other, as a runner does it."""
        nonlocal position
        batches: list[Batch] = []
        while True:
            tracker = ThreadsafeRestrictionTracker(OnePosition(OffsetRange(position, sys.maxsize)))
            found = list(reader.process(PartitionRange("articles", 0, 0, sys.maxsize), RestrictionTrackerView(tracker)))
            deferred = tracker.deferred_status()
            assert deferred is not None, "a reader always comes back"
            position = deferred[0].start
            if not found:
                return batches
            batches += found

    first = follow()
    assert [batch.place.start for batch in first] == list(range(0, AHEAD, BATCH))
    log.commit(GROUP, "articles", {0: 100})
    more = follow()
    assert sum(len(batch.records) for batch in first + more) >= AHEAD + 100 - BATCH
    assert position <= AHEAD + 100 + BATCH
    session.close()
    log.close()
