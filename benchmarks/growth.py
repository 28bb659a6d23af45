"""What grows with an installation's age: memory, files, articles a second and the latency of alerts, by the window.

Made-up articles (``corpus.py``) are first seen over three windows of the owner's memory and one more, by a clock that
goes with them. A third are copies of recent ones, a quarter of the others carry a statement, and each new claim alerts.
What reading finds is made up too, so that the rest can be seen: the log, stories and claims, matching and writing.
After the third window retention removes all that is older than one window. Latency is the time from the append of a
single article until its alert is stored.

Usage: ``python -m benchmarks.growth [--homes embedded,servers] [--count N]``, N in three windows.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from resource import getpagesize
from threading import Event
from typing import TYPE_CHECKING

from msgspec.structs import replace

from benchmarks.clock import FileClock
from benchmarks.corpus import NEWEST, Corpus
from benchmarks.homes import EMBEDDED, NAMES, open_homes
from benchmarks.machine import describe, percentiles
from pipelines.novelty.owner import WINDOW
from pipelines.novelty.signature import signature
from pipelines.process import drain_all
from pipelines.reading.settings import ReadingSettings
from pipelines.readings import reading_key
from pipelines.session import Session, Work
from pipelines.settings import ProcessSettings
from redline.lag import READERS
from redline.retention import prune
from redline.watches import add_watch, new_watch
from schemas.protocols import Message
from schemas.records import Article, EnrichedArticle, encode
from schemas.times import utc_now

if TYPE_CHECKING:
    from redline.homes import EmbeddedHomes, ServerHomes

WINDOWS = 3
BEGIN = NEWEST
AT_ONCE = 512
PROBES = 20
COLUMNS = ("articles", "memory, MB", "files, MB", "articles/s", "alert p50 / p95, s", "alerts", "claims stored")


class Press:
    """A stream of articles ``every`` so far apart, each with what reading it finds."""

    def __init__(self, every: timedelta) -> None:
        self._every = every
        self._random = random.Random(11)
        self._readings = Corpus().articles(10**6)
        self._recent: deque[EnrichedArticle] = deque(maxlen=200)
        self._number = 0

    def __iter__(self) -> Iterator[tuple[Article, EnrichedArticle]]:
        """A third of them copies of recent ones."""
        while True:
            copied = self._recent and self._random.random() < 1 / 3
            read = self._random.choice(self._recent) if copied else self._original()
            yield self._published(read)

    def telling(self) -> tuple[Article, EnrichedArticle]:
        """The next original that carries a statement."""
        while not (read := self._original()).statements:
            pass
        return self._published(read)

    def _original(self) -> EnrichedArticle:
        read = next(self._readings)
        said = tuple(replace(each, claim=None) for each in read.statements)
        words = f"{read.title}\n\n{read.text}"
        read = replace(read, story=None, indexed=None, statements=said, signature=signature(words))
        self._recent.append(read)
        return read

    def _published(self, read: EnrichedArticle) -> tuple[Article, EnrichedArticle]:
        seen = BEGIN + self._number * self._every
        self._number += 1
        source = f"Outlet {self._random.randrange(300)}"
        id_ = f"growth-{self._number}"
        article = Article(
            id=id_, feed="https://growth.example/feed", url=f"https://growth.example/{id_}", source=source,
            title=read.title, text=read.text, lang="en", published=seen, fetched=seen,
        )  # fmt: skip
        return article, read


class Desk:
    """The pipeline on ``homes``, in this process, and the press that feeds it."""

    def __init__(self, homes: EmbeddedHomes | ServerHomes, press: Press, clock: FileClock) -> None:
        clock.set(BEGIN)
        self.work = Work(homes, ReadingSettings(), ProcessSettings(workers=1), clock)
        self.session: Session = self.work.session()
        self._press = press
        self._clock = clock
        query = "kind:(threat OR red_line OR ultimatum OR warning OR unacceptable)"
        add_watch(self.session.index, new_watch("all", query, BEGIN - WINDOW))

    def process(self, count: int) -> float:
        """Process ``count`` articles of the press; returns how many a second, the making of them aside."""
        seconds, left = 0.0, count
        while left > 0:
            batch = list(islice(self._press, min(AT_ONCE, left)))
            left -= len(batch)
            seconds += self._drain(batch)
        return count / seconds

    def latencies(self) -> list[float]:
        """The seconds until the alert of a single article is stored, for those of ``PROBES`` that raise one."""
        seconds = []
        for _ in range(PROBES):
            before = self.session.index.count("alerts")
            took = self._drain([self._press.telling()])
            if self.session.index.count("alerts") > before:
                seconds.append(took)
        return seconds

    def _drain(self, batch: list[tuple[Article, EnrichedArticle]]) -> float:
        self._clock.set(batch[-1][0].fetched)
        self.session.pool.remember({reading_key(article): read for article, read in batch})
        messages = [Message(article.id, encode(article)) for article, _ in batch]
        start = time.perf_counter()
        self.session.log.append("articles", messages)
        drain_all(self.work, self.session, Event(), once=True)
        return time.perf_counter() - start

    def retain(self, since: datetime, appended: datetime) -> None:
        """Remove what was first seen before ``since``, and from the log what was appended before ``appended``."""
        log = self.session.log
        # No notify runs here that would read the alerts, and what is unread stays.
        log.commit(
            READERS["alerts"], "alerts", {one: log.end("alerts", one) for one in range(log.partitions("alerts"))}
        )
        prune(log, self.session.index, since, self._clock(), lambda *_: None)
        # The log goes by the time of the machine.
        for topic in ("articles", "alerts"):
            log.trim(topic, appended)

    def stored(self, index: str) -> int:
        """How many records ``index`` holds."""
        self.session.index.refresh(index)
        return self.session.index.count(index)

    def restart(self) -> float:
        """The seconds that an owner takes to load its window."""
        self.session.owner.release()
        start = time.perf_counter()
        self.session.owner.take()
        return time.perf_counter() - start


def measure(name: str, homes: EmbeddedHomes | ServerHomes, folder: Path, count: int, rows: Connection) -> None:
    """Run all windows in this process and send a row of the table for each."""
    size = count // WINDOWS
    desk = Desk(homes, Press(WINDOW / size), FileClock(folder / f"{name}.clock"))
    files = [folder / EMBEDDED] if name == EMBEDDED else [folder / "kafka" / "data", folder / "elasticsearch" / "data"]

    def row(what: str, rate: float | None, latencies: list[float]) -> None:
        cells = [f"{_memory() / 1e6:.0f}", " + ".join(f"{_bytes(each) / 1e6:.0f}" for each in files)]
        cells += [f"{rate:.0f}" if rate else "", percentiles(latencies) if latencies else ""]
        stored = [desk.stored(index) for index in ("articles", "alerts", "claims")]
        rows.send(f"| {name} | {what} | {stored[0]} | {' | '.join(cells)} | {stored[1]} | {stored[2]} |")

    ends = []
    row("start", desk.process(size // 10), desk.latencies())
    for window in range(1, WINDOWS + 2):
        whole = desk.process(size - size // 10) if window == 1 else desk.process(size)
        row(f"window {window}", whole, desk.latencies())
        ends.append(utc_now())
        if window == WINDOWS:
            desk.retain(BEGIN + (WINDOWS - 1) * WINDOW, ends[-2])
            row("after retention", None, [])
    seconds = desk.restart()
    rows.send(f"| {name} | a new owner loads its window in {seconds:.1f} s | " + "| " * len(COLUMNS))
    desk.session.close()


def _memory() -> int:
    """The resident memory of this process, in bytes."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * getpagesize()


def _bytes(folder: Path) -> int:
    """What the files below ``folder`` take on the disk."""
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_blocks * 512
        except FileNotFoundError:  # the servers tidy up as they go
            continue
    return total


def main() -> None:
    """Run each of the homes in a process of its own, one after the other, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--homes", default=",".join(NAMES))
    parser.add_argument("--count", type=int, default=50_000)
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    print(f"{describe()}; {options.count} articles in {WINDOWS} windows of {WINDOW.days} days\n")
    print(f"| home | at the end of | {' | '.join(COLUMNS)} |\n|{' --- |' * (len(COLUMNS) + 2)}")
    with tempfile.TemporaryDirectory() as folder, open_homes(options.homes.split(","), Path(folder)) as homes:
        for name, home in homes.items():
            rows, theirs = context.Pipe(duplex=False)
            process = context.Process(target=measure, args=(name, home, Path(folder), options.count, theirs))
            process.start()
            theirs.close()
            with closing(rows):
                _print_all(rows)
            process.join()


def _print_all(rows: Connection) -> None:
    while True:
        try:
            print(rows.recv(), flush=True)
        except EOFError:
            return


if __name__ == "__main__":
    main()
