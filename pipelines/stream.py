"""`redline process --job-endpoint`: the same graph as one job without end, on a portable runner of Beam (Prism, say).

The runner schedules; the steps run in this process. Offsets are committed behind what was written without a gap, and a
new job starts some way before them: what was under way is done again, which the ids make harmless.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from threading import Event
from typing import Any
from uuid import uuid4

import apache_beam as beam
import grpc
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.runner import PipelineResult, PipelineState
from apache_beam.transforms.userstate import BagStateSpec

from pipelines.graph import Step, build
from pipelines.process import TOPIC, take_ownership
from pipelines.session import Session, Work
from pipelines.sources import AHEAD, GROUP, Follow, PartitionRange
from schemas.errors import RedlineError, UnavailableError
from schemas.gaps import unread
from schemas.patience import Patience, Told
from schemas.protocols import Log

MARGIN = 2 * AHEAD
"""How many offsets of a partition a new job goes back: more than can be under way, dead letters too."""
LOOK_S = 1.0
"""Between two looks at the job, which also renew the lease."""
_log = logging.getLogger(__name__)


def run(
    work: Work,
    endpoint: str,
    stop: Event,
    *,
    ready: Callable[[], None] = lambda: None,
    told: Told = lambda _: None,
    progress: Callable[[], None] = lambda: None,
) -> None:
    """Process new articles on the runner at ``endpoint`` (host:port) until ``stop`` is set.

    ``ready``, ``told`` and ``progress`` are as in ``pipelines.process.run``. What is to be read again (topic
    ``replay``) is left to a process without a runner.

    Raises:
        RedlineError: the job or its runner ended; nothing is lost when another is submitted.
    """
    work = dataclasses.replace(work, run=uuid4().hex)
    session = work.session()
    session.patience = Patience(stop, work.clock, told)
    session.progress = progress
    try:
        session.pool.warm_up()
        ready()
        if take_ownership(session, stop):
            _follow(work, session, endpoint, stop)
    except UnavailableError:
        if not stop.is_set():
            raise
    finally:
        with suppress(UnavailableError), session.owning:  # the lease ends by itself
            session.owner.release()
        session.close()


def _follow(work: Work, session: Session, endpoint: str, stop: Event) -> None:
    """Submit the job, and look after it until ``stop`` is set."""
    session.insist(lambda: unread(session.log, session.index, GROUP, TOPIC, session.clock()))  # what is gone is noted
    starts = session.insist(lambda: starts_of(session.log))
    told = ["--runner=PortableRunner", f"--job_endpoint={endpoint}", "--environment_type=LOOPBACK", "--streaming"]
    pipeline = beam.Pipeline(options=PipelineOptions(told))
    places = build(pipeline, Follow(TOPIC, starts, GROUP, work), work)
    keyed = places | "by partition" >> beam.Map(lambda place: (place.partition, place)).with_output_types(
        tuple[int, Any]
    )
    _ = keyed | "commit" >> beam.ParDo(Commit(starts, work))
    try:
        result = pipeline.run()
        _log.info("job submitted", extra={"endpoint": endpoint, "from": {str(key): at for key, at in starts.items()}})
        try:
            while not stop.wait(LOOK_S):
                _look_after(session, result)
        finally:
            result.cancel()
    except grpc.RpcError as error:
        if not stop.is_set():
            raise RedlineError(f"the runner at {endpoint} does not answer: start it and submit again") from error


def _look_after(session: Session, result: PipelineResult) -> None:
    session.progress()
    if PipelineState.is_terminal(result.state):
        raise RedlineError(f"the job ended as {result.state}: see what its runner says, and submit again")
    with session.owning:
        if not session.insist(session.owner.take):
            raise RedlineError("another process has taken over stories and claims: submit again when it has ended")


def starts_of(log: Log) -> dict[int, int]:
    """Where a new job begins, by partition: ``MARGIN`` before what is committed, as far as that is left."""
    committed = log.committed(GROUP, TOPIC)
    partitions = range(log.partitions(TOPIC))
    return {each: max(log.earliest(TOPIC, each), committed.get(each, 0) - MARGIN) for each in partitions}


def without_gap(start: int, done: Iterable[PartitionRange]) -> tuple[int, list[PartitionRange]]:
    """How far ``done`` (places of one partition, in any order) reaches from ``start``, and what lies behind a gap."""
    reached = start
    left = []
    for place in sorted(done, key=lambda each: each.start):
        if place.start <= reached:
            reached = max(reached, place.end)
        else:
            left.append(place)
    return reached, left


class Commit(Step):
    """(partition, place that was written) -> nothing: committed is what was written without a gap since the start."""

    _DONE = BagStateSpec("done", beam.coders.PickleCoder())

    def __init__(self, starts: Mapping[int, int], work: Work) -> None:
        super().__init__(work)
        self._starts = starts

    def process(
        self,
        element: tuple[int, PartitionRange],
        done: Any = beam.DoFn.StateParam(_DONE),  # noqa: B008 - Beam's way of asking for it
    ) -> None:
        """Note one place."""
        partition, place = element
        start = self._starts[partition]
        reached, left = without_gap(start, [*done.read(), place])
        done.clear()
        for each in (place._replace(start=start, end=reached), *left):
            done.add(each)
        self.session.insist(lambda: self._commit(place.topic, partition, reached))

    def _commit(self, topic: str, partition: int, reached: int) -> None:
        log = self.session.log
        if reached > log.committed(GROUP, topic).get(partition, 0):
            log.commit(GROUP, topic, {partition: reached})
