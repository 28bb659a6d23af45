"""How long to wait before trying again: twice as long after each failure, up to a limit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from redline.lifecycle import Stop
from schemas.errors import UnavailableError

logger = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Backoff:
    """Waits of ``first`` seconds, then doubled each time, at most ``longest`` seconds."""

    first: float
    longest: float

    def delay(self, failures: int) -> float:
        """Seconds to wait after the ``failures``-th failure in a row (from 1)."""
        return min(self.longest, self.first * 2.0 ** min(failures - 1, 32))


HOMES = Backoff(first=0.05, longest=2.0)
"""For a log or an index that does not answer."""


def patiently(action: Callable[[], T], stop: Stop) -> T:
    """The result of ``action``, tried until the log or index answers.

    Raises:
        UnavailableError: ``stop`` came before an answer.
    """
    failures = 0
    while True:
        try:
            return action()
        except UnavailableError as error:
            failures += 1
            if failures == 1:
                logger.warning("waiting", extra={"error": str(error)})
            if stop.wait(HOMES.delay(failures)):
                raise
