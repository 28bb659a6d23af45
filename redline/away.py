"""What the running parts miss, and since when: each tells it in a file of the data folder, where everyone can read it.

A part locks its file as long as it lives: what one that was killed has left behind is no news.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

from schemas.patience import Told

FOLDER = "away"


class Away(msgspec.Struct, frozen=True, kw_only=True):
    """What ``part`` misses (a kind of server, or a file) since when."""

    part: str
    server: str
    since: datetime


@contextmanager
def telling(data: Path, part: str) -> Iterator[Told]:
    """What ``part`` is to call with what it misses, while the block runs; ``data`` is the folder of the data."""
    file = _File(data / FOLDER / f"{part}-{os.getpid()}.json", part)
    try:
        yield file.tell
    finally:
        file.tell({})


def missed(data: Path) -> list[Away]:
    """What the parts that run on the folder ``data`` miss now, the longest missed first."""
    found = []
    for path in (data / FOLDER).glob("*.json"):
        with suppress(OSError, msgspec.DecodeError), path.open("rb") as file:
            if _is_held(file):
                found += msgspec.json.decode(file.read(), type=list[Away])
    return sorted(found, key=lambda away: (away.since, away.server, away.part))


class _File:
    """The file of one process. Any thread may tell."""

    def __init__(self, path: Path, part: str) -> None:
        self._path = path
        self._part = part
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        self._told: Mapping[str, datetime] = {}

    def tell(self, missing: Mapping[str, datetime]) -> None:
        """Write down ``missing``: the names of servers, and since when."""
        # A disk that is full may be the very thing that is missed: then the log lines must do.
        with self._lock, suppress(OSError):
            if missing != self._told:
                self._write(missing)
                self._told = missing

    def _write(self, missing: Mapping[str, datetime]) -> None:
        if not missing:
            self._path.unlink(missing_ok=True)
            if self._file is not None:
                self._file.close()
                self._file = None
            return
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("wb")
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        away = [Away(part=self._part, server=server, since=since) for server, since in missing.items()]
        self._file.seek(0)
        self._file.truncate()
        self._file.write(msgspec.json.encode(away))
        self._file.flush()


def _is_held(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
