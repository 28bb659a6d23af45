"""Looking at real processes, for tests that kill some."""

from __future__ import annotations

import contextlib
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
