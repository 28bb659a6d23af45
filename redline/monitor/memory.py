"""How much memory this process and those below it hold, read from /proc (so on Linux alone)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Held(NamedTuple):
    """What one process holds: the ``part`` of Redline that it is, and its resident memory in bytes."""

    pid: int
    part: str
    resident: int


def held(part: str) -> list[Held]:
    """This process, which is ``part``, and all below it; empty where there is no /proc."""
    parents = {int(entry.name): _parent(entry) for entry in _PROC.glob("[0-9]*")}
    parts = {os.getpid(): part}
    while below := {pid: _part(pid) for pid, parent in parents.items() if parent in parts and pid not in parts}:
        parts |= below
    return [Held(pid, part, size) for pid, part in parts.items() if (size := _resident(pid))]


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended
        return 0


def _part(pid: int) -> str:
    """What process ``pid`` is by its command line: a part as it is started, a reading process, or a helper of those."""
    try:
        words = (_PROC / str(pid) / "cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return "helper"
    if any("spawn_main" in word for word in words):
        return "reading"
    return words[words.index("redline") + 1] if "redline" in words[:-1] else "helper"


def _resident(pid: int) -> int:
    try:
        return int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0
