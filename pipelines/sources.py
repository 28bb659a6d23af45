"""Where a graph's records come from: the offsets that the log holds now, as a bounded splittable DoFn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import apache_beam as beam
from apache_beam.io.restriction_trackers import OffsetRange, OffsetRestrictionTracker
from apache_beam.pvalue import PCollection

from pipelines.novelty.assign import Rereading
from pipelines.session import Session, Work
from schemas.gaps import Gap, note
from schemas.protocols import LogRecord
from schemas.records import Article, Replay, decode

BATCH = 64
"""How many records an element of the graph holds at most."""
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


class Drain(beam.PTransform[Any, Any]):
    """Batches of the records of ``ranges``: lists of at most 64 ``LogRecord``, each list of one partition."""

    def __init__(self, ranges: Sequence[PartitionRange], work: Work) -> None:
        super().__init__()
        self._ranges = list(ranges)
        self._work = work

    def expand(self, begin: Any) -> PCollection[list[LogRecord]]:
        """The whole source."""
        batches: PCollection[list[LogRecord]] = (
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


class _ReadRange(beam.DoFn):
    _session: Session

    def __init__(self, work: Work) -> None:
        self._work = work

    def setup(self) -> None:
        self._session = self._work.session()

    def process(
        self,
        element: PartitionRange,
        tracker: Any = beam.DoFn.RestrictionParam(_Offsets()),  # noqa: B008 - Beam's way of asking for it
    ) -> Iterator[list[LogRecord]]:
        restriction = tracker.current_restriction()
        position, end = restriction.start, restriction.stop
        while position < end:
            records = self._read(element, position, min(BATCH, end - position))
            if not records or records[0].offset > position:
                self._note_gap(element, position, min(end, records[0].offset if records else end))
            batch = [record for record in records if record.offset < end and tracker.try_claim(record.offset)]
            if batch:
                yield batch
            if len(batch) < len(records) or not records:
                tracker.try_claim(end - 1)  # nothing more lies in the range (or the rest was given to another)
                return
            position = records[-1].offset + 1

    def _note_gap(self, element: PartitionRange, position: int, found: int) -> None:
        """Note what lay between ``position`` and the record ``found`` and was removed after the drain began."""
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

    def _read(self, element: PartitionRange, position: int, limit: int) -> list[LogRecord]:
        log = self._session.log
        return self._session.insist(lambda: log.read(element.topic, element.partition, position, limit))
