"""How long to wait before trying again: twice as long after each failure, up to a limit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """Waits of ``first`` seconds, then doubled each time, at most ``longest`` seconds."""

    first: float
    longest: float

    def delay(self, failures: int) -> float:
        """Seconds to wait after the ``failures``-th failure in a row (from 1)."""
        return min(self.longest, self.first * 2.0 ** min(failures - 1, 32))
