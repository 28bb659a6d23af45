"""What a long run of faults has come to: one line a round in a file, and the table of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A round: its number in the plan, where and what struck, and how it ended."""

    number: int
    home: str
    what: str
    place: str
    seconds: float
    wrong: tuple[str, ...] = ()


class Tally:
    """The rounds in ``file``, which is made where it is not there. A run that is cut off goes on after the last one."""

    def __init__(self, file: Path) -> None:
        self._file = file
        lines = file.read_bytes().splitlines() if file.exists() else []
        self.entries = [msgspec.json.decode(line, type=Entry) for line in lines]

    def add(self, entry: Entry) -> None:
        """Write ``entry`` down."""
        self.entries.append(entry)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("ab") as file:
            file.write(msgspec.json.encode(entry) + b"\n")

    def numbers(self) -> set[int]:
        """The rounds that were played."""
        return {entry.number for entry in self.entries}


def table(entries: Sequence[Entry]) -> str:
    """How often what was struck in which home, how many rounds ended wrong, and how long it took to recover."""
    groups: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.home, entry.what].append(entry)
    rows = ["| home | struck | rounds | wrong | recovery p50 / longest, s |", "| --- | --- | --- | --- | --- |"]
    for (home, what), group in sorted(groups.items()):
        seconds = [entry.seconds for entry in group if not entry.wrong]
        took = f"{median(seconds):.1f} / {max(seconds):.1f}" if seconds else "-"
        rows.append(f"| {home} | {what} | {len(group)} | {sum(bool(entry.wrong) for entry in group)} | {took} |")
    return "\n".join(rows)
