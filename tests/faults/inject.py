"""What the harness puts into the processes of the services: places to stop at, and a clock that it can set.

The services themselves know nothing of it: ``site/sitecustomize.py``, which the harness puts on their path, calls
``install`` before anything of them is imported. All is told by files in one folder:

- ``<place>``: the next process that comes by a place of that name takes the file (it becomes ``<place>.<pid>``) and
  waits there until it is gone, or until the process is killed.
- ``clock``: the seconds by which the services' clock is ahead of the machine's.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

LONGEST_STOP_S = 60.0
WRITES = ("append", "commit", "upsert", "create", "put")
CLOCK = "clock"
_real_time = time.time
_clock: Path


def install(folder: Path) -> None:
    """Put the places and the clock into this process."""
    global _clock
    _clock = folder / CLOCK
    time.time = seconds
    import schemas.times

    schemas.times.utc_now = utc_now
    from redline.homes import EmbeddedHomes, ServerHomes

    for homes in (EmbeddedHomes, ServerHomes):
        for door in ("log", "index"):
            setattr(homes, door, _opening(getattr(homes, door), folder))


def seconds() -> float:
    """The time of the services in seconds since 1970."""
    try:
        return _real_time() + float(_clock.read_text())
    except (FileNotFoundError, ValueError):  # never set, or just being written
        return _real_time()


def utc_now() -> datetime:
    """The time of the services."""
    return datetime.fromtimestamp(seconds(), UTC)


def _opening(door: Callable[[Any], Any], folder: Path) -> Callable[[Any], Any]:
    return lambda homes: Watched(door(homes), folder)


class Watched:
    """A log or an index with a place before and one after each of its writes: ``before append alerts``."""

    def __init__(self, home: Any, folder: Path) -> None:
        self._home = home
        self._folder = folder

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._home, name)
        return partial(self._write, method, name) if name in WRITES else method

    def _write(self, method: Callable[..., Any], name: str, *arguments: Any) -> Any:
        if not arguments[1]:
            return method(*arguments)  # nothing is written
        what = arguments[0]
        if name == "put":
            # The owner also puts its record to renew its lease; then nothing is decided.
            what = arguments[1].id if arguments[1].data.get("pending") else "lease"
        self._come_by(f"before {name} {what}")
        result = method(*arguments)
        self._come_by(f"after {name} {what}")
        return result

    def _come_by(self, place: str) -> None:
        taken = self._folder / f"{place}.{os.getpid()}"
        try:
            (self._folder / place).rename(taken)
        except FileNotFoundError:
            return
        deadline = time.monotonic() + LONGEST_STOP_S
        while taken.exists() and time.monotonic() < deadline:
            time.sleep(0.005)
