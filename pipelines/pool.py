"""Reading on all cores: a pool of spawned processes that survives whatever an article does to its reader.

A text that was read, or is being read, is not read again: its copies get the same reading (``pipelines.readings``).
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Self
from weakref import WeakValueDictionary

from pebble import ProcessExpired, ProcessPool

from pipelines.reading import child
from pipelines.reading.settings import ReadingSettings
from pipelines.readings import Readings, as_reading_of, reading_key
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
        self._readings = Readings()
        self._under_way: WeakValueDictionary[str, Chunk] = WeakValueDictionary()
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
        keyed = [(reading_key(article), article) for article in articles]
        texts: dict[str, EnrichedArticle | Chunk] = {}
        fresh: dict[str, Article] = {}
        for key, article in keyed:
            known = self._readings.get(key) or self._under_way.get(key)
            if known is not None:
                texts[key] = known
            else:
                fresh.setdefault(key, article)
        for start in range(0, len(fresh), CHUNK):
            keys = list(fresh)[start : start + CHUNK]
            chunk = Chunk(self, {key: fresh[key] for key in keys})
            self._under_way.update(dict.fromkeys(keys, chunk))
            texts.update(dict.fromkeys(keys, chunk))
        return Reading([(article, key, texts[key]) for key, article in keyed])

    def remember(self, outcomes: Mapping[str, EnrichedArticle | Failure]) -> None:
        """Keep what was read, by key, for the copies to come."""
        for key, outcome in outcomes.items():
            if not isinstance(outcome, Failure):
                self._readings.put(key, outcome)

    def read_alone(self, article: Article) -> EnrichedArticle | Failure:
        """Read one article by itself, waiting for it.

        Raises:
            RedlineError: no reading process can be started, or the models cannot be loaded.
        """
        for _ in range(_STARTS):
            try:
                return _outcomes(self.schedule([article]))[0]
            except TimeoutError:
                return Failure(f"reading it took more than {self._limit:g} s")
            except ProcessExpired as error:
                return Failure(f"its reading process died twice, with exit code {error.exitcode}")
            except BrokenProcessPool:
                continue  # a process died without an article: as it started, or between two
        raise RedlineError("the reading processes die as they start; `redline doctor` tells why")

    def schedule(self, articles: Sequence[Article]) -> _Outcome:
        """Hand ``articles`` to the next free reading process, as they are."""
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


class Chunk:
    """A few texts on their way through the pool; ``articles`` has one for each key."""

    def __init__(self, pool: ReadingPool, articles: Mapping[str, Article]) -> None:
        self._pool = pool
        self._articles = articles
        self._future = pool.schedule(list(articles.values()))

    @cached_property
    def outcomes(self) -> dict[str, EnrichedArticle | Failure]:
        """Wait; what became of each text, by key.

        Raises:
            RedlineError: no reading process can be started, or the models cannot be loaded.
        """
        try:
            outcomes = _outcomes(self._future)
        except (ProcessExpired, TimeoutError, BrokenProcessPool):
            outcomes = [self._pool.read_alone(article) for article in self._articles.values()]
        by_key = dict(zip(self._articles, outcomes, strict=True))
        self._pool.remember(by_key)
        return by_key


class Reading:
    """Articles on their way: each with the key of its text, and the reading of that text or the chunk it is in."""

    def __init__(self, articles: Sequence[tuple[Article, str, EnrichedArticle | Chunk]]) -> None:
        self._articles = articles

    def result(self) -> list[EnrichedArticle | Failure]:
        """Wait; what became of each article, in the order given.

        Raises:
            RedlineError: no reading process can be started, or the models cannot be loaded.
        """
        return [_outcome_for(article, key, text) for article, key, text in self._articles]


def _outcome_for(article: Article, key: str, text: EnrichedArticle | Chunk) -> EnrichedArticle | Failure:
    outcome = text.outcomes[key] if isinstance(text, Chunk) else text
    return outcome if isinstance(outcome, Failure) else as_reading_of(outcome, article, utc_now())


def _outcomes(future: _Outcome) -> list[EnrichedArticle | Failure]:
    return [Failure(each) if isinstance(each, str) else each for each in future.result()]
