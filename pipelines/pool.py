"""Reading on all cores: a pool of spawned processes that survives whatever an article does to its reader."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from pipelines.reading import child
from pipelines.reading.settings import ReadingSettings
from schemas.errors import RedlineError
from schemas.records import Article, EnrichedArticle
from schemas.times import utc_now

_Outcome = Future[list[EnrichedArticle | str]]
_STARTS = 4
CHUNK = 8
"""How many articles travel to a reading process at once: measured to keep two processes evenly busy."""


@dataclass(frozen=True)
class Failure:
    """The reason why an article could not be read."""

    error: str


class ReadingPool:
    """``workers`` reading processes; no chunk may take longer than ``limit`` seconds.

    A chunk that kills its process or overruns its time is read again one article at a time, so that only the article
    at fault fails. The processes end with this one, also when it is killed: their pipe from it then ends.
    """

    def __init__(self, settings: ReadingSettings, workers: int, limit: float = 30.0) -> None:
        # Numpy's kernels read these when a child imports them; their threads would cost spaCy a fifth of its speed.
        os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self._settings = settings
        self._workers = workers
        self._limit = limit
        self._pool = self._start()

    def warm_up(self) -> None:
        """Start the processes and wait until one has loaded its models.

        Raises:
            RedlineError: no reading process can be started, or the models cannot be loaded or cannot read.
        """
        outcome = self.read_alone(Article(id="warm-up", feed="warm-up", fetched=utc_now(), title="Ready"))
        if isinstance(outcome, Failure):
            raise RedlineError(f"the models cannot read: {outcome.error}; `redline doctor` tells more")

    def submit(self, articles: Sequence[Article]) -> Reading:
        """Start reading ``articles``, in chunks; ask the returned object for the outcome."""
        chunks = [articles[start : start + CHUNK] for start in range(0, len(articles), CHUNK)]
        return Reading(self, [(chunk, self._schedule(chunk)) for chunk in chunks])

    def read_alone(self, article: Article) -> EnrichedArticle | Failure:
        """Read one article by itself, waiting for it.

        Raises:
            RedlineError: no reading process can be started, or the models cannot be loaded.
        """
        for _ in range(_STARTS):
            try:
                return _outcomes(self._schedule([article]))[0]
            except TimeoutError:
                return Failure(f"reading it took more than {self._limit:g} s")
            except ProcessExpired as error:
                return Failure(f"its reading process died twice, with exit code {error.exitcode}")
            except BrokenProcessPool:
                continue  # a process died without an article: as it started, or between two
        raise RedlineError("the reading processes die as they start; `redline doctor` tells why")

    def _schedule(self, articles: Sequence[Article]) -> _Outcome:
        try:
            return self._pool.schedule(child.read_chunk, args=[articles], timeout=self._limit)
        except RuntimeError:  # pebble gives up a pool one of whose processes died without a task
            self.close()
            self._pool = self._start()
            return self._pool.schedule(child.read_chunk, args=[articles], timeout=self._limit)

    def _start(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._workers,
            initializer=child.prepare,
            initargs=[self._settings],
            context=multiprocessing.get_context("spawn"),
        )

    def close(self) -> None:
        """End the reading processes; what they were reading is dropped."""
        self._pool.stop()
        self._pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class Reading:
    """Articles on their way through the pool."""

    def __init__(self, pool: ReadingPool, chunks: Sequence[tuple[Sequence[Article], _Outcome]]) -> None:
        self._pool = pool
        self._chunks = chunks

    def result(self) -> list[EnrichedArticle | Failure]:
        """Wait; what became of each article, in the order given.

        Raises:
            RedlineError: no reading process can be started, or the models cannot be loaded.
        """
        return [outcome for chunk, future in self._chunks for outcome in self._chunk(chunk, future)]

    def _chunk(self, chunk: Sequence[Article], future: _Outcome) -> list[EnrichedArticle | Failure]:
        try:
            return _outcomes(future)
        except (ProcessExpired, TimeoutError, BrokenProcessPool):
            return [self._pool.read_alone(article) for article in chunk]


def _outcomes(future: _Outcome) -> list[EnrichedArticle | Failure]:
    return [Failure(each) if isinstance(each, str) else each for each in future.result()]
