"""Articles a second: the whole pipeline, beside the same reading function on the same pool and in a plain loop.

Three ways take turns, round by round, over the same articles: (1) drains of the whole pipeline on the embedded homes,
from the log to the index; (2) the same pool without Beam, owner, matching and writing; (3) a plain loop of the same
reader in a process of its own with one thread.

Usage: ``python -m benchmarks.throughput [--articles FILE.jsonl] [--count N] [--rounds N]``. FILE has an object with
``title`` and ``text`` a line; without it the demo's invented articles are taken.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event

import msgspec

from benchmarks.machine import describe
from pipelines.reading.settings import ReadingSettings
from pipelines.settings import ProcessSettings
from schemas.protocols import Message
from schemas.records import Article, encode
from schemas.times import utc_now

_SAMPLES = Path(__file__).parents[1] / "redline" / "demo" / "samples" / "articles.jsonl"


def load(file: Path, count: int) -> list[Article]:
    """``count`` articles of ``file``, evenly spread over it (repeated under other ids where it has fewer)."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    step = max(1, len(lines) // count)
    chosen = [lines[(number * step) % len(lines)] for number in range(count)]
    return [
        Article(
            id=f"bench-{number}",
            feed="https://bench.example/feed",
            fetched=utc_now(),
            title=line.get("title"),
            text=line.get("text") or line.get("html"),
        )
        for number, line in enumerate(chosen)
    ]


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
    """The pipeline with its pool, warm, on embedded homes in a temporary folder."""

    def __init__(self, folder: Path, settings: ReadingSettings) -> None:
        from pipelines.process import drain_all
        from pipelines.session import Work
        from redline.homes import EmbeddedHomes

        self._homes = EmbeddedHomes(folder)
        self._work = Work(self._homes, settings, ProcessSettings())
        self._session = self._work.session()
        self._drain_all = drain_all
        self._round = 0

    def drain(self, articles: list[Article]) -> float:
        """Seconds from the first drain to the last commit over ``articles``, which lie in the log before."""
        self._round += 1
        fresh = [msgspec.structs.replace(article, id=f"{article.id}-{self._round}") for article in articles]
        self._session.log.append("articles", [Message(each.id, encode(each)) for each in fresh])
        start = time.perf_counter()
        self._drain_all(self._work, self._session, Event(), once=True)
        return time.perf_counter() - start

    def pool(self, articles: list[Article]) -> float:
        """Seconds that the same pool takes to read ``articles``."""
        start = time.perf_counter()
        self._session.pool.submit(articles).result()
        return time.perf_counter() - start

    def close(self) -> None:
        """End the pool."""
        self._session.owner.release()
        self._session.close()


def main() -> None:
    """Run the rounds and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, default=_SAMPLES)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    articles = load(options.articles, options.count)
    settings = ReadingSettings()
    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline(Path(folder), settings)
        pipeline.drain(articles[:64])
        ways: dict[str, Callable[[], float]] = {
            "whole pipeline (Beam, pool, owner, match, write)": lambda: pipeline.drain(articles),
            "the same pool alone": lambda: pipeline.pool(articles),
            "plain loop, own process": lambda: plain_loop(articles, settings),
        }
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(options.rounds):
            for name, way in ways.items():
                seconds[name].append(way())
                print(f"round {number + 1}: {len(articles) / seconds[name][-1]:6.1f}/s  {name}", file=sys.stderr)
        pipeline.close()
    report(seconds, len(articles))


def report(seconds: dict[str, list[float]], count: int) -> None:
    """Print the rates as a Markdown table, each way's median beside the whole pipeline's."""
    rates = {name: [count / each for each in values] for name, values in seconds.items()}
    whole = statistics.median(next(iter(rates.values())))
    print(f"{describe()}; Python {platform.python_version()}; {count} articles a round\n")
    print("| way | articles/s min / median / max | pipeline to it |\n| --- | --- | --- |")
    for name, values in rates.items():
        middle = statistics.median(values)
        print(f"| {name} | {min(values):.1f} / **{middle:.1f}** / {max(values):.1f} | {whole / middle:.2f} |")


if __name__ == "__main__":
    main()
