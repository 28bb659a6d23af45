"""How much sooner a stream is read of which half are copies, beside one as long without copies.

Both streams go through the same warm pool in turn, in bundles as a drain takes them, round by round, with texts never
read before. Usage: ``python -m benchmarks.copies [--articles FILE.jsonl] [--count N] [--rounds N]``.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from pathlib import Path

import msgspec

from benchmarks.articles import SAMPLES, load
from benchmarks.machine import describe
from pipelines.pool import ReadingPool
from pipelines.reading.settings import ReadingSettings
from pipelines.settings import ProcessSettings
from schemas.records import Article

BUNDLE = 64


def fresh(articles: list[Article], mark: str) -> list[Article]:
    """``articles`` with a last line of their own."""
    return [msgspec.structs.replace(each, text=f"{each.text or ''}\n\n{mark}/{each.id}") for each in articles]


def half_copies(articles: list[Article]) -> list[Article]:
    """As many as ``articles``: the first half of them and a copy of each under another id, shuffled."""
    half = articles[: len(articles) // 2]
    stream = half + [msgspec.structs.replace(each, id=f"{each.id}-copy") for each in half]
    random.Random(7).shuffle(stream)
    return stream


def seconds(pool: ReadingPool, stream: list[Article]) -> float:
    """Seconds that ``pool`` takes for ``stream``."""
    start = time.perf_counter()
    for begin in range(0, len(stream), BUNDLE):
        pool.submit(stream[begin : begin + BUNDLE]).result()
    return time.perf_counter() - start


def main() -> None:
    """Run the rounds and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, default=SAMPLES)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    articles = load(options.articles, options.count)
    ratios = []
    with ReadingPool(ReadingSettings(), ProcessSettings().reading_processes()) as pool:
        pool.warm_up()
        for number in range(options.rounds):
            plain = seconds(pool, fresh(articles, f"plain {number}"))
            copied = seconds(pool, half_copies(fresh(articles, f"copied {number}")))
            ratios.append(plain / copied)
    print(f"{describe()}; {len(articles)} articles a stream, {options.rounds} rounds")
    print(f"half copies, times as fast: min {min(ratios):.2f}, median {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
