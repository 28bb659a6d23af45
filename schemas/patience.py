"""Waiting for a log or an index that is away: tried again and again, told once when it goes and when it is back."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from schemas.errors import UnavailableError
from schemas.times import Clock, utc_now

FIRST_S = 0.05
LONGEST_S = 2.0
"""Between two tries; twice as long after each failure."""
PASSING = timedelta(seconds=1)
"""What is away for less is not worth a word."""

T = TypeVar("T")
Told = Callable[[Mapping[str, datetime]], object]
_log = logging.getLogger(__name__)


class Stop(Protocol):
    """What ends the waiting: a ``threading.Event``, say."""

    def wait(self, timeout: float) -> bool:
        """Wait for ``timeout`` seconds at most; whether the stop was asked for."""
        ...


@dataclass
class _Outage:
    since: datetime
    said: bool = False


class Patience:
    """One process's patience with its log and index; any thread may use it.

    ``missing`` is what is away now, by the name of the server, and since when. ``told`` is called with it whenever a
    try fails and when a server is back.
    """

    def __init__(self, stop: Stop, clock: Clock = utc_now, told: Told = lambda _: None) -> None:
        self._stop = stop
        self._clock = clock
        self._told = told
        self._lock = threading.Lock()
        self._outages: dict[str, _Outage] = {}
        self._back: dict[str, datetime] = {}

    @property
    def missing(self) -> dict[str, datetime]:
        """What is away, by the name of the server, and since when."""
        with self._lock:
            return {server: outage.since for server, outage in self._outages.items() if outage.said}

    def insist(self, action: Callable[[], T]) -> T:
        """What ``action`` returns, tried until log and index answer.

        Raises:
            UnavailableError: the stop came before an answer.
        """
        tries = self.tries()
        while True:
            try:
                result = action()
            except UnavailableError as error:
                if self._stop.wait(tries.failed(error)):
                    raise
            else:
                tries.answered()
                return result

    def tries(self) -> Tries:
        """The tries of an action that begins now, for those who wait in their own way."""
        return Tries(self)

    def _failed(self, error: UnavailableError, began: datetime) -> datetime:
        now = self._clock()
        with self._lock:
            # Others may have had an answer while this try was under way.
            since = max(began, self._back.get(error.server, began))
            outage = self._outages.setdefault(error.server, _Outage(since))
            begins = not outage.said and now - outage.since >= PASSING
            outage.said = outage.said or begins
        if begins:
            _log.warning("away", extra={"server": error.server, "since": outage.since, "error": str(error)})
        self._told(self.missing)
        return now

    def _answered(self, servers: set[str]) -> None:
        now = self._clock()
        with self._lock:
            ended = {server: self._outages.pop(server) for server in servers if server in self._outages}
            self._back |= dict.fromkeys(ended, now)
        for server, outage in ended.items():
            if outage.said:
                away_s = round((now - outage.since).total_seconds(), 1)
                _log.warning("back", extra={"server": server, "away_s": away_s})
        if ended:
            self._told(self.missing)


class Tries:
    """The tries of one action: tell it of each failure, and of the answer."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._began = patience._clock()
        self._failures = 0
        self._servers: set[str] = set()

    def failed(self, error: UnavailableError) -> float:
        """Note that a try failed; returns how many seconds to wait until the next."""
        self._servers.add(error.server)
        now = self._patience._failed(error, self._began)
        wait = min(LONGEST_S, FIRST_S * 2.0 ** min(self._failures, 10))
        self._failures += 1
        self._began = now + timedelta(seconds=wait)
        return wait

    def answered(self) -> None:
        """Note that there is an answer: nothing that failed before is missing any more."""
        if self._servers:
            self._patience._answered(self._servers)
