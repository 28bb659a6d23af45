"""The whole graph: what happens to an article between the log and the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import msgspec
from apache_beam.pvalue import PCollection, TaggedOutput
from apache_beam.transforms.userstate import BagStateSpec
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.windowed_value import WindowedValue

from pipelines.novelty.assign import Assigned, Rereading
from pipelines.pool import Failure, Reading
from pipelines.session import Session, Work
from pipelines.sources import Batch, PartitionRange, article_of
from schemas.dead_letters import bury, letter_of
from schemas.protocols import LogRecord
from schemas.records import Alert, Article, DeadLetter, EnrichedArticle

DEAD = "dead"

ToRead = tuple[PartitionRange, Rereading | None, list[tuple[LogRecord, Article]]]
"""A place, and records of it with their articles: all of them new (None) or all read again for one reason."""
WasRead = tuple[PartitionRange, Rereading | None, list[EnrichedArticle]]


def build(pipeline: beam.Pipeline, source: beam.PTransform[Any, Any], work: Work) -> PCollection[PartitionRange]:
    """Put the graph into ``pipeline``: only ``source`` (of ``Batch``) differs between ways of running it.

    Returns the places of what was written: of a batch when all of it is, also where it held nothing that can be read.
    """
    decoded = pipeline | "source" >> source | "decode" >> beam.ParDo(Decode(work)).with_outputs(DEAD, main="articles")
    read = decoded.articles | "read" >> beam.ParDo(Read(work)).with_outputs(DEAD, main="articles")
    (decoded[DEAD], read[DEAD]) | "all dead letters" >> beam.Flatten() | "bury" >> beam.ParDo(Bury(work))
    written: PCollection[PartitionRange] = (
        read.articles
        | "one key" >> beam.Map(lambda batch: (0, batch)).with_output_types(tuple[int, Any])
        | "own" >> beam.ParDo(Own(work))
        | "match" >> beam.ParDo(Match(work))
        | "write" >> beam.ParDo(Write(work))
    )
    return written


class Step(beam.DoFn):
    """A step of the graph: it acquires this process's session before it works."""

    session: Session

    def __init__(self, work: Work) -> None:
        self._work = work

    def setup(self) -> None:
        """Acquire the session."""
        self.session = self._work.session()


class Decode(Step):
    """``Batch`` -> ``ToRead``; a record that is no article -> a dead letter."""

    def process(self, element: Batch) -> Iterator[Any]:
        """Decode one batch."""
        articles: dict[Rereading | None, list[tuple[LogRecord, Article]]] = {}
        for record in element.records:
            if record.value is None:
                continue  # a deletion
            try:
                article, rereading = article_of(record)
                articles.setdefault(rereading, []).append((record, article))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                yield TaggedOutput(DEAD, letter_of(record, "decode", str(error), self.session.clock()))
        runs = [(rereading, run) for rereading, these in articles.items() for run in _runs(these)] or [(None, [])]
        nowhere = element.place._replace(end=element.place.start)
        for rereading, run in runs[:-1]:
            yield nowhere, rereading, run
        yield element.place, *runs[-1]


class Read(Step):
    """``ToRead`` -> ``WasRead``; an article that cannot be read -> a dead letter.

    All batches of a bundle are handed to the reading processes before the first is waited for, so that a bundle of many
    small batches (one a partition) keeps every core busy.
    """

    def start_bundle(self) -> None:
        """Begin with nothing under way."""
        self._under_way: list[tuple[ToRead, Reading]] = []

    def process(self, element: ToRead) -> None:
        """Start reading one batch."""
        self._under_way.append((element, self.session.pool.submit([article for _, article in element[2]])))

    def finish_bundle(self) -> Iterator[Any]:
        """Wait for all batches, in order."""
        for (place, rereading, batch), reading in self._under_way:
            self.session.progress()
            enriched = []
            for (record, _), outcome in zip(batch, reading.result(), strict=True):
                if isinstance(outcome, Failure):
                    letter = letter_of(record, "read", outcome.error, self.session.clock())
                    yield TaggedOutput(DEAD, _windowed(letter))
                else:
                    enriched.append(outcome)
            yield _windowed((place, rereading, enriched))


class Own(Step):
    """(0, ``WasRead``) -> (place, list of ``Assigned``). The one key makes it one worker's on every runner."""

    _ONE_KEY = BagStateSpec("one-key", beam.coders.BytesCoder())

    def process(
        self,
        element: tuple[int, WasRead],
        one_key: Any = beam.DoFn.StateParam(_ONE_KEY),  # noqa: ARG002, B008 - state makes Beam keep a key on one worker
    ) -> Iterator[tuple[PartitionRange, list[Assigned]]]:
        """Give one batch its stories and claims."""
        _, (place, rereading, articles) = element
        with self.session.owning:
            own = self.session.owner.own
            yield place, self.session.insist(lambda: own(articles, rereading)) if articles else []


class Match(Step):
    """(place, list of ``Assigned``) -> (place, assigned, alerts)."""

    def process(
        self, element: tuple[PartitionRange, list[Assigned]]
    ) -> Iterator[tuple[PartitionRange, list[Assigned], list[Alert]]]:
        """Test one batch against the watches."""
        place, assigned = element
        alerts = self.session.insist(lambda: [a for each in assigned for a in self.session.watches.alerts(each)])
        yield place, assigned, alerts


class Write(Step):
    """(place, assigned, alerts) -> place: all of it is in the index, and the alerts in their topic."""

    def process(self, element: tuple[PartitionRange, list[Assigned], list[Alert]]) -> Iterator[PartitionRange]:
        """Write one batch."""
        place, assigned, alerts = element
        if assigned:
            articles = self.session.insist(lambda: self.session.writer.write(assigned, alerts))
            if self.session.written is not None:
                self.session.written += zip(assigned, articles, strict=True)
        yield place


class Bury(Step):
    """Dead letters -> nothing: they are in their topic and index when this returns."""

    def process(self, element: DeadLetter) -> None:
        """Write one dead letter."""
        self.session.insist(lambda: bury(self.session.log, self.session.index, [element]))


def _runs(articles: Iterable[tuple[LogRecord, Article]]) -> Iterator[list[tuple[LogRecord, Article]]]:
    """``articles`` cut before every one that is in its run already.

    Each run is written, alerts and all, before the next is owned: were an article and its update written together, a
    kill between articles and alerts would leave the alert of the first version out, since the second is stored by then.
    """
    run: dict[str, tuple[LogRecord, Article]] = {}
    for record, article in articles:
        if article.id in run:
            yield list(run.values())
            run = {}
        run[article.id] = record, article
    if run:
        yield list(run.values())


def _windowed(value: Any) -> WindowedValue:
    window = GlobalWindow()
    return WindowedValue(value, window.max_timestamp(), (window,))
