"""Articles a second: the whole pipeline, beside the same reading function on the same pool and in a plain loop.

The ways take turns, round by round, over the same articles: drains of the whole pipeline on each of the homes, from the
log to the index; the same pool without Beam, owner, matching and writing; and a plain loop of the same reader in a
process of its own with one thread.

Usage: ``python -m benchmarks.throughput [--homes embedded,servers] [--articles FILE.jsonl] [--count N] [--rounds N]``.
FILE has an object with ``title`` and ``text`` a line; without it the demo's invented articles are taken.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from benchmarks.articles import SAMPLES, fresh, load
from benchmarks.homes import EMBEDDED, NAMES, SERVERS, open_homes
from benchmarks.machine import describe, kernel
from pipelines.reading.settings import ReadingSettings
from pipelines.settings import ProcessSettings
from schemas.protocols import Message
from schemas.records import Article, encode
from schemas.times import utc_now

if TYPE_CHECKING:
    from redline.homes import EmbeddedHomes, ServerHomes

POOL, LOOP = "the same pool alone", "plain loop, own process"
GOALS = {(EMBEDDED, POOL): 0.9, (SERVERS, POOL): 0.8, (EMBEDDED, LOOP): 1.6, (SERVERS, LOOP): 1.6}
"""What the pipeline on the first home is to reach of the second way's rate."""


def plain_loop(articles: list[Article], settings: ReadingSettings) -> float:
    """Seconds that a plain loop over ``articles`` takes in a new process of its own, its start aside."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_loop, args=(articles, settings, sender))
    process.start()
    seconds = float(receiver.recv())
    process.join()
    return seconds


def _loop(articles: list[Article], settings: ReadingSettings, sender: Connection) -> None:
    from pipelines.reading.reader import Reader

    reader = Reader(settings, utc_now)
    reader.read(articles[:8])
    start = time.perf_counter()
    for begin in range(0, len(articles), 64):
        reader.read(articles[begin : begin + 64])
    sender.send(time.perf_counter() - start)


class Pipeline:
    """The pipeline on ``homes`` with its pool, in a process of its own: a process has one of them at a time."""

    def __init__(self, homes: EmbeddedHomes | ServerHomes, settings: ReadingSettings) -> None:
        context = multiprocessing.get_context("spawn")
        self._orders, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(homes, settings, theirs))
        self._process.start()
        theirs.close()

    def drain(self, articles: list[Article]) -> float:
        """Seconds from the first drain to the last commit over ``articles``, which lie in the log before."""
        self._orders.send(("drain", articles))
        return float(self._orders.recv())

    def pool(self, articles: list[Article]) -> float:
        """Seconds that the same pool takes to read ``articles``."""
        self._orders.send(("pool", articles))
        return float(self._orders.recv())

    def close(self) -> None:
        """End the process and its pool."""
        self._orders.close()
        self._process.join()


def _serve(homes: EmbeddedHomes | ServerHomes, settings: ReadingSettings, orders: Connection) -> None:
    from pipelines.process import drain_all
    from pipelines.session import Work

    work = Work(homes, settings, ProcessSettings())
    session = work.session()
    with suppress(EOFError):
        while True:
            way, articles = orders.recv()
            if way == "drain":
                session.log.append("articles", [Message(each.id, encode(each)) for each in articles])
            start = time.perf_counter()
            if way == "drain":
                drain_all(work, session, Event(), once=True)
            else:
                session.pool.submit(articles).result()
            orders.send(time.perf_counter() - start)
    session.owner.release()
    session.close()


def main() -> None:
    """Run the rounds and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--homes", default=",".join(NAMES))
    parser.add_argument("--articles", type=Path, default=SAMPLES)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    articles, settings = load(options.articles, options.count), ReadingSettings()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        homes = stack.enter_context(open_homes(options.homes.split(","), folder))
        lines = {name: stack.enter_context(closing(Pipeline(home, settings))) for name, home in homes.items()}
        for name, line in lines.items():
            line.drain(fresh(articles, f"warm-{name}"))  # a whole round: the servers compile what they do often
        ways: dict[str, Callable[[list[Article]], float]] = {name: line.drain for name, line in lines.items()}
        ways[POOL] = next(iter(lines.values())).pool
        ways[LOOP] = lambda articles: plain_loop(articles, settings)
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(options.rounds):
            for at, (name, way) in enumerate(ways.items()):
                rates[name].append(options.count / way(fresh(articles, f"{number}-{at}")))
                print(f"round {number + 1}: {rates[name][-1]:6.1f}/s  {name}", file=sys.stderr)
    report(rates, options.count, settings)


def report(rates: Mapping[str, Sequence[float]], count: int, settings: ReadingSettings) -> None:
    """Print the rates as a Markdown table, each pipeline's median beside the others and beside its goals."""
    middle = {name: statistics.median(values) for name, values in rates.items()}
    print(f"{describe()}; {kernel(settings)}; {count} articles a round\n")
    print(f"| articles/s | min / median / max | of {POOL} (goal) | of {LOOP} (goal) |\n| --- | --- | --- | --- |")
    for name, values in rates.items():
        shares = [_share(middle, name, other) for other in (POOL, LOOP)]
        title = f"whole pipeline, {name}" if name in NAMES else name
        print(f"| {title} | {min(values):.1f} / **{middle[name]:.1f}** / {max(values):.1f} | {' | '.join(shares)} |")


def _share(middle: Mapping[str, float], name: str, other: str) -> str:
    share = f"{middle[name] / middle[other]:.2f}"
    return f"{share} ({GOALS[name, other]})" if (name, other) in GOALS else share


if __name__ == "__main__":
    main()
