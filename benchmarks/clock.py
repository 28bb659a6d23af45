"""A clock that is set by hand and may be carried to wherever a graph's steps run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from schemas.times import from_micros, to_micros


@dataclass(frozen=True)
class FileClock:
    """A clock that stands at the time written in ``path``: whatever carries it sees it move."""

    path: Path

    def __call__(self) -> datetime:
        """The time that was last set."""
        return from_micros(int(self.path.read_text(encoding="ascii")))

    def set(self, now: datetime) -> None:
        """Move to ``now``."""
        self.path.write_text(str(to_micros(now)), encoding="ascii")
