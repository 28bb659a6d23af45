"""What outlives a drain: connections, reading processes, the owner's memory and the watches, one object a process.

Beam pickles a graph's steps and makes them anew for every drain. Each step therefore carries a ``Work`` (a small value)
and acquires the one ``Session`` of this process in its ``setup``, through one ``Shared`` handle: Beam holds it weakly,
so the drain loop must keep a reference of its own.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

from apache_beam.utils.shared import Shared

from pipelines.matching.watches import WatchBook
from pipelines.novelty.assign import Assigned
from pipelines.novelty.owner import Owner
from pipelines.pool import Reading, ReadingPool
from pipelines.reading.settings import ReadingSettings
from pipelines.settings import ProcessSettings
from pipelines.writing import Writer
from schemas.patience import Patience
from schemas.protocols import Homes
from schemas.records import EnrichedArticle
from schemas.times import Clock, utc_now

T = TypeVar("T")
_shared = Shared()


@dataclass(frozen=True)
class Work:
    """What a step needs to know to do its work: a picklable value.

    ``run`` names one run of the pipeline: it keeps a closed session, which Beam may still hold, from being used again.
    """

    homes: Homes
    reading: ReadingSettings
    process: ProcessSettings
    clock: Clock = utc_now
    run: str = ""

    def session(self) -> Session:
        """The session of this process; it is opened by the first who asks."""
        session: Session = _shared.acquire(lambda: Session(self), tag=self)
        return session


class Session:
    """All that the steps of one process share."""

    def __init__(self, work: Work) -> None:
        self.clock = work.clock
        self.log = work.homes.log()
        self.index = work.homes.index()
        self.pool = ReadingPool(work.reading, work.process.reading_processes(), work.process.article_seconds)
        holder = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
        self.owner = Owner(self.index, holder=holder, clock=work.clock)
        self.owning = threading.Lock()
        """Held by who uses the owner, where several threads do."""
        self.watches = WatchBook(self.index, work.clock)
        self.writer = Writer(self.log, self.index, work.clock)
        self.patience = Patience(threading.Event(), work.clock)
        self.progress: Callable[[], None] = lambda: None
        self.written: list[tuple[Assigned, EnrichedArticle]] | None = None
        """What was written since the last commit, where someone wants to know it."""
        self.ahead: list[Reading] = []
        """What was begun to be read before the graph asks for it; held here, so that it finds it under way."""

    def insist(self, action: Callable[[], T]) -> T:
        """Do ``action``, as often as it takes until log and index answer; each try is progress.

        Raises:
            UnavailableError: the session was asked to stop before they answered.
        """

        def attempt() -> T:
            self.progress()
            return action()

        return self.patience.insist(attempt)

    def close(self) -> None:
        """End the reading processes and release log and index."""
        self.pool.close()
        self.log.close()
        self.index.close()
