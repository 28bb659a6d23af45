"""`redline process`: drain after drain of what the log holds, for as long as it is wanted."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Event
from uuid import uuid4

import apache_beam as beam
import msgspec
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.runners.runner import PipelineState

from pipelines.graph import build
from pipelines.pool import Reading
from pipelines.session import Session, Work
from pipelines.sources import GROUP, REPLAY, Drain, PartitionRange, article_of
from schemas.errors import NotOwnerError, RedlineError, UnavailableError
from schemas.gaps import unread
from schemas.patience import Patience, Told
from schemas.records import EnrichedArticle

TOPIC = "articles"
OWNER_S = 1.0
"""How often one that does not own looks whether the lease has ended."""
IDLE_S = 2.0
# It reports as an error whatever a step raises, with its way; that is raised here as well, and judged.
logging.getLogger("apache_beam.runners.common").setLevel(logging.CRITICAL)
_log = logging.getLogger(__name__)


def run(
    work: Work,
    stop: Event,
    *,
    once: bool = False,
    ready: Callable[[], None] = lambda: None,
    told: Told = lambda _: None,
    progress: Callable[[], None] = lambda: None,
) -> int:
    """Process articles until ``stop`` is set, with ``once`` until none is left; returns how many records were drained.

    ``ready`` is called when the models are loaded and log and index answered, ``told`` with what is away (see
    ``schemas.patience``), ``progress`` whenever the loop goes round or tries again. Offsets are committed after a drain
    that ended well, so a process that is killed at any moment leaves nothing out.

    Raises:
        RedlineError: the models cannot be loaded, or the log or the index refuses for good.
    """
    work = dataclasses.replace(work, run=uuid4().hex)
    session = work.session()
    session.patience = Patience(stop, work.clock, told)
    session.progress = progress
    try:
        session.insist(lambda: session.log.committed(GROUP, TOPIC))
        session.pool.warm_up()
        ready()
        return drain_all(work, session, stop, once=once)
    except UnavailableError:
        if not stop.is_set():
            raise
        return 0
    finally:
        with suppress(UnavailableError):  # the lease ends by itself
            session.owner.release()
        session.close()


def drain_all(work: Work, session: Session, stop: Event, *, once: bool) -> int:
    """Drain until ``stop`` is set, with ``once`` until the log holds nothing more; returns how many were drained."""
    drained = 0
    while not stop.is_set():
        if not take_ownership(session, stop):
            break
        waiting = _waiting(session, TOPIC)
        new = _first(waiting, work.process.drain_records)
        then = _first(_after(waiting, new), work.process.drain_records)
        # What is read again comes behind what is new, and few at a time, so that news never waits long for it.
        again = _first(_waiting(session, REPLAY), work.process.drain_records // 4)
        # The next drain's articles are read while this one's are owned, matched and written.
        session.ahead = [session.insist(partial(_start_reading, session, each)) for each in (*new, *then, *again)]
        if not new and not again:
            if once:
                break
            _await_news(session, stop)
        for ranges in filter(None, (new, again)):
            if not _drain(work, session, ranges):
                break
            drained += sum(each.end - each.start for each in ranges)
    return drained


def take_ownership(session: Session, stop: Event) -> bool:
    """Wait until this process owns stories and claims; False where ``stop`` came first."""
    told = False
    while not session.insist(session.owner.take):
        if not told:
            _log.info("another process owns stories and claims; waiting for its lease to end")
            told = True
        if stop.wait(OWNER_S):
            return False
    return True


def _await_news(session: Session, stop: Event) -> None:
    """Wait for new articles, but not for so long that the lease ends or what is to be read again lies about."""
    committed = session.insist(lambda: session.log.committed(GROUP, TOPIC))
    session.insist(lambda: session.log.wait(TOPIC, committed, IDLE_S, stop))


def _waiting(session: Session, topic: str) -> list[PartitionRange]:
    """What ``topic`` holds beyond the committed offsets."""
    left = session.insist(lambda: unread(session.log, session.index, GROUP, topic, session.clock()))
    return [PartitionRange(topic, partition, part.start, part.stop) for partition, part in left.items() if part]


def _first(ranges: list[PartitionRange], limit: int) -> list[PartitionRange]:
    """The first ``limit`` offsets of ``ranges`` at most, shared among them."""
    share = max(1, limit // max(1, len(ranges)))
    return [each._replace(end=min(each.end, each.start + share)) for each in ranges]


def _after(ranges: list[PartitionRange], taken: list[PartitionRange]) -> list[PartitionRange]:
    """What is left of ``ranges`` behind ``taken``, which has the beginning of each."""
    left = [each._replace(start=first.end) for each, first in zip(ranges, taken, strict=True)]
    return [each for each in left if each.start < each.end]


def _start_reading(session: Session, part: PartitionRange) -> Reading:
    """Hand the articles of ``part`` to the reading processes ahead of the graph, which then finds them under way."""
    articles = []
    position = part.start
    while records := session.log.read(part.topic, part.partition, position, part.end - position):
        for record in records:
            with suppress(msgspec.DecodeError, UnicodeDecodeError):  # the graph makes a dead letter of it
                articles.append(article_of(record)[0])
        position = records[-1].offset + 1
        if position >= part.end:
            break
    return session.pool.submit(articles)


def _drain(work: Work, session: Session, ranges: list[PartitionRange]) -> bool:
    """Run the graph over ``ranges``, all of one topic, and commit; False where the drain has to be done again."""
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
    build(pipeline, Drain(ranges, work), work)
    session.written = []
    try:
        state = pipeline.run().wait_until_finish()
    except Exception as error:
        session.owner.drop()
        if _is_about(error, NotOwnerError):
            _log.warning("another process has taken over; this drain is done again when its lease ends")
            return False
        if _is_about(error, UnavailableError):
            return False
        raise
    if state != PipelineState.DONE:
        raise RedlineError(f"a drain ended as {state}, not as DONE; its offsets were not committed")
    if not session.insist(session.owner.take):  # it slept for so long that the offsets are the next owner's now
        _log.warning("another process has taken over; this drain is not committed")
        return False
    done = {each.partition: each.end for each in ranges}
    session.insist(lambda: session.log.commit(GROUP, ranges[0].topic, done))
    # Not before: a drain that is done again would be told twice.
    for assigned, article in session.written:
        event = "indexed" if assigned.rereading is None else "read again"
        about = {"article": article.id, "story": article.story, "statements": len(article.statements)}
        _log.debug(event, extra={**about, "seconds": _seconds(article)})
    return True


def _seconds(article: EnrichedArticle) -> dict[str, float]:
    """How long ``article`` took from stage to stage, in seconds."""
    assert article.enriched is not None
    assert article.indexed is not None
    return {
        "fetched_to_enriched": (article.enriched - article.fetched).total_seconds(),
        "enriched_to_indexed": (article.indexed - article.enriched).total_seconds(),
        "fetched_to_indexed": (article.indexed - article.fetched).total_seconds(),
    }


def _is_about(error: BaseException, kind: type[RedlineError]) -> bool:
    """Whether ``error``, as Beam passes it on, was caused by one of ``kind``."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, kind) or kind.__name__ in str(seen):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
