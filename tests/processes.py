"""Looking at real processes, for tests that kill some."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_S = 60


def alive(pid: int) -> bool:
    """Whether ``pid`` runs; a zombie does not."""
    return _stat(pid)[:1] not in ([], ["Z"])


def descendants(pid: int) -> set[int]:
    """All processes below ``pid``."""
    parents = {int(path.name): _stat(int(path.name))[1:2] for path in Path("/proc").iterdir() if path.name.isdigit()}
    found = {pid}
    while more := {child for child, parent in parents.items() if parent and int(parent[0]) in found} - found:
        found |= more
    return found - {pid}


def readers(pid: int) -> set[int]:
    """The reading processes below ``pid``: those that were spawned, the spawner's own helper aside."""
    found = set()
    for child in descendants(pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.add(child)
    return found


def cpu_seconds(pid: int) -> float:
    """The processor time that ``pid`` has used; 0 where it is gone."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def eventually(true: Callable[[], bool], patience: float = PATIENCE_S) -> bool:
    """Whether ``true`` becomes so within ``patience`` seconds, in which even a slow machine gets there."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _stat(pid: int) -> list[str]:
    """State, parent and so on of ``pid``; empty where it is gone."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []
