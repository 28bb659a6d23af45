"""Where a graph's records come from: the offsets that the log holds now (``Drain``), or all to come (``Follow``)."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import apache_beam as beam
from apache_beam.io.restriction_trackers import OffsetRange, OffsetRestrictionTracker
from apache_beam.pvalue import PCollection
from apache_beam.utils.timestamp import Duration

from pipelines.novelty.assign import Rereading
from pipelines.session import Session, Work
from schemas.gaps import Gap, note
from schemas.protocols import LogRecord
from schemas.records import Article, Replay, decode

BATCH = 64
"""How many records an element of the graph holds at most."""
AHEAD = 512
"""How many records of a partition may be under way at once where there is no end to them."""
POLL_S = 0.2
"""Between two looks for what came, where nothing more was there."""
_NEVER = sys.maxsize
GROUP = "process"
"""The consumer group."""
REPLAY = "replay"
"""The topic of articles that are to be read again."""


def article_of(record: LogRecord) -> tuple[Article, Rereading | None]:
    """The article that ``record`` holds, and whether it is there to be read again.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError: it holds none.
    """
    body = record.value or b""
    if record.topic != REPLAY:
        return decode(body, Article), None
    replay = decode(body, Replay)
    return replay.article, Rereading(replay.watch)


class PartitionRange(NamedTuple):
    """The offsets ``start`` to ``end`` (exclusive) of one partition, whether or not a record lies at each."""

    topic: str
    partition: int
    start: int
    end: int


class Batch(NamedTuple):
    """At most 64 records of one partition, and the offsets that they are all the records of."""

    place: PartitionRange
    records: list[LogRecord]


class Drain(beam.PTransform[Any, Any]):
    """``Batch``es of the records of ``ranges``."""

    def __init__(self, ranges: Sequence[PartitionRange], work: Work) -> None:
        super().__init__()
        self._ranges = list(ranges)
        self._work = work

    def expand(self, begin: Any) -> PCollection[Batch]:
        """The whole source."""
        batches: PCollection[Batch] = (
            begin | "ranges" >> beam.Create(self._ranges) | "read offsets" >> beam.ParDo(_ReadRange(self._work))
        )
        return batches


class _Offsets(beam.transforms.core.RestrictionProvider):
    def initial_restriction(self, element: PartitionRange) -> OffsetRange:
        return OffsetRange(element.start, element.end)

    def create_tracker(self, restriction: OffsetRange) -> OffsetRestrictionTracker:
        return OffsetRestrictionTracker(restriction)

    def restriction_size(self, element: PartitionRange, restriction: OffsetRange) -> int:  # noqa: ARG002
        return int(restriction.size())


class _Read(beam.DoFn):
    _session: Session

    def __init__(self, work: Work) -> None:
        self._work = work

    def setup(self) -> None:
        self._session = self._work.session()

    def _read(self, element: PartitionRange, position: int, limit: int) -> list[LogRecord]:
        log = self._session.log
        records = self._session.insist(lambda: log.read(element.topic, element.partition, position, limit))
        if records and records[0].offset > position:
            self._note_gap(element, position, min(records[0].offset, element.end))
        return records

    def _note_gap(self, element: PartitionRange, position: int, found: int) -> None:
        """Note what lay between ``position`` and ``found`` and was removed after the reading began."""
        session = self._session
        last = min(found, session.insist(lambda: session.log.earliest(element.topic, element.partition))) - 1
        if last >= position:
            gap = Gap(
                group=GROUP,
                topic=element.topic,
                partition=element.partition,
                first=position,
                last=last,
                noticed=session.clock(),
            )
            session.insist(lambda: note(session.index, [gap]))


class _ReadRange(_Read):
    def process(
        self,
        element: PartitionRange,
        tracker: Any = beam.DoFn.RestrictionParam(_Offsets()),  # noqa: B008 - Beam's way of asking for it
    ) -> Iterator[Batch]:
        restriction = tracker.current_restriction()
        position, end = restriction.start, restriction.stop
        while position < end:
            records = self._read(element, position, min(BATCH, end - position))
            if not records:
                self._note_gap(element, position, end)
            batch = [record for record in records if record.offset < end and tracker.try_claim(record.offset)]
            if batch:
                yield Batch(element._replace(start=position, end=batch[-1].offset + 1), batch)
            if len(batch) < len(records) or not records:
                tracker.try_claim(end - 1)  # nothing more lies in the range (or the rest was given to another)
                return
            position = records[-1].offset + 1


class Follow(beam.PTransform[Any, Any]):
    """``Batch``es of all records from ``starts`` on (offsets by partition of ``topic``), without end.

    A partition is read at most ``AHEAD`` records beyond what ``group`` has committed of it, so that what is under way
    is bounded however long the index is away.
    """

    def __init__(self, topic: str, starts: Mapping[int, int], group: str, work: Work) -> None:
        super().__init__()
        self._starts = [PartitionRange(topic, partition, start, _NEVER) for partition, start in starts.items()]
        self._group = group
        self._work = work

    def expand(self, begin: Any) -> PCollection[Batch]:
        """The whole source."""
        batches: PCollection[Batch] = (
            begin | "starts" >> beam.Create(self._starts) | "follow" >> beam.ParDo(ReadOn(self._group, self._work))
        )
        return batches


class OnePosition(OffsetRestrictionTracker):
    """It is only ever cut where it stands: a partition is read by one reader, in order."""

    def try_split(self, fraction_of_remainder: float) -> tuple[OffsetRange, OffsetRange] | None:
        return super().try_split(0) if fraction_of_remainder == 0 else None  # type: ignore[no-untyped-call]

    def is_bounded(self) -> bool:
        return False


class _OpenOffsets(_Offsets):
    def create_tracker(self, restriction: OffsetRange) -> OffsetRestrictionTracker:
        return OnePosition(restriction)

    def restriction_size(self, element: PartitionRange, restriction: OffsetRange) -> int:  # noqa: ARG002
        return BATCH


class ReadOn(_Read):
    """An open range of a partition -> ``Batch``es, one a look."""

    def __init__(self, group: str, work: Work) -> None:
        super().__init__(work)
        self._group = group

    @beam.DoFn.unbounded_per_element()
    def process(
        self,
        element: PartitionRange,
        tracker: Any = beam.DoFn.RestrictionParam(_OpenOffsets()),  # noqa: B008 - Beam's way of asking for it
    ) -> Iterator[Batch]:
        """Look once, and come back for the rest."""
        position = tracker.current_restriction().start
        records = self._read(element, position, BATCH) if position < self._limit(element) else []
        if records and tracker.try_claim(records[-1].offset):
            yield Batch(element._replace(start=position, end=records[-1].offset + 1), records)
        tracker.defer_remainder(Duration(0 if len(records) == BATCH else POLL_S))

    def _limit(self, element: PartitionRange) -> int:
        log = self._session.log
        committed = self._session.insist(lambda: log.committed(self._group, element.topic))
        return committed.get(element.partition, element.start) + AHEAD
