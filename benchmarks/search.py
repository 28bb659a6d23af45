"""Building and searching the index: 100,000 articles (or a million) in SQLite, 100,000 in Elasticsearch.

A table of how fast and how large each index became, and one of how long the searches of each kind took: the newest 20
hits, the best 20, and the counts of three facets. Each query is asked for the first time: what it reads may lie in the
system's file cache, its answer lies nowhere.

Usage: ``python -m benchmarks.search [--count N] [--million] [--elasticsearch] [--articles FILE.jsonl]``. FILE has an
object with ``title`` and ``text`` a line, whose sentences are recombined; without it all words are invented.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

from benchmarks.corpus import EVERY, NEWEST, Corpus
from benchmarks.machine import describe, percentiles
from connectors.indexes.elasticsearch import ElasticsearchIndex
from connectors.indexes.elasticsearch.connection import connect
from connectors.indexes.settings import ElasticsearchSettings
from connectors.indexes.sqlite import SqliteIndex
from infra.elasticsearch import start_elasticsearch
from infra.errors import MissingToolError
from schemas.protocols import Index
from schemas.query.analyse import words
from schemas.query.parse import parse
from schemas.times import utc_now

BATCH = 500
QUERIES = 50
FACETS = ("side", "topic", "source")
WAYS: Mapping[str, Callable[[Index, str], object]] = {
    "newest 20": lambda index, query: index.search("articles", parse(query, "articles")),
    "best 20": lambda index, query: index.search("articles", parse(query, "articles"), sort="best"),
    "facets": lambda index, query: index.search("articles", parse(query, "articles"), limit=1, facets=FACETS),
}
GOALS = "Goals for p95 at a million: newest 50 ms, best 100 ms, facets 60 ms."


def kinds_of_queries(corpus: Corpus, count: int) -> dict[str, list[str]]:
    """``QUERIES`` queries of each kind over ``count`` articles of ``corpus``."""
    chance = random.Random(count)
    common = [word for word, _ in _frequencies(corpus.sentences[:2000]).most_common(60)]
    longer = [word for word in common if len(word) >= 4]
    frequent = [[token.text for token in words(sentence)] for sentence in corpus.sentences[:60]]

    def pair() -> str:
        sentence = chance.choice(frequent)
        at = chance.randrange(len(sentence) - 1)
        return " ".join(sentence[at : at + 2])

    def some(size: int) -> list[str]:
        return chance.sample(common, size)

    def since(share: float) -> str:
        return f"first_seen:[{(NEWEST - share * count * EVERY):%Y-%m-%dT%H:%M:%SZ} TO *]"

    def until(share: float) -> str:
        return f"first_seen:[* TO {(NEWEST - (1 - share) * count * EVERY):%Y-%m-%dT%H:%M:%SZ}]"

    makers: dict[str, Callable[[], str]] = {
        "rare word": lambda: chance.choice(corpus.names).split()[1],
        "rare phrase": lambda: f'"{chance.choice(corpus.names)}"',
        "common word": lambda: some(1)[0],
        "common phrase": lambda: f'"{pair()}"',
        "common AND common": lambda: " ".join(some(2)),
        "(common OR common OR common) NOT common": lambda: "({} OR {} OR {}) -{}".format(*some(4)),
        "common AND side": lambda: f'{some(1)[0]} side:"{chance.choice(corpus.sides)}"',
        "prefix of 4 letters": lambda: f"{chance.choice(longer)[:4]}*",
        "proximity of 10": lambda: '"{} {}"~10'.format(*some(2)),
        "common in the newest half": lambda: f"{some(1)[0]} {since(0.5)}",
        "common in the oldest tenth": lambda: f"{some(1)[0]} {until(0.1)}",
        "side alone": lambda: f'side:"{chance.choice(corpus.sides)}"',
    }
    return {kind: [make() for _ in range(QUERIES)] for kind, make in makers.items()}


def _frequencies(sentences: Sequence[str]) -> Counter[str]:
    return Counter(token.text for sentence in sentences for token in words(sentence) if len(token.text) > 2)


def build(index: Index, corpus: Corpus, count: int) -> tuple[float, float]:
    """Write ``count`` articles; the seconds and the processor seconds of this process that the writes took."""
    wall = processor = 0.0
    articles = corpus.articles(count)
    for written in range(0, count, BATCH):
        batch = list(islice(articles, BATCH))
        start, used = time.perf_counter(), time.process_time()
        index.upsert("articles", batch)
        wall, processor = wall + time.perf_counter() - start, processor + time.process_time() - used
        if written % 50_000 == 0:
            print(f"{written:,} written, {written / wall:,.0f} a second", file=sys.stderr)
    index.refresh("articles")
    return wall, processor


def search(index: Index, queries: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """One line of the table for each kind of query."""
    for kind, texts in queries.items():
        cells = []
        for way in WAYS.values():
            seconds = []
            for text in dict.fromkeys(texts):
                start = time.perf_counter()
                way(index, text)
                seconds.append(time.perf_counter() - start)
            cells.append(percentiles([1000 * each for each in seconds]))
        yield f"| {kind} | {' | '.join(cells)} |"


def measure(home: str, index: Index, size: Callable[[], int], corpus: Corpus, count: int) -> None:
    """Build and search one index, and print its tables."""
    wall, processor = build(index, corpus, count)
    print(f"\n{home}, {count:,} articles\n")
    print("| articles/s | of one core | on disk | bytes an article |\n| --- | --- | --- | --- |")
    rates = f"| **{count / wall:,.0f}** | {count / processor:,.0f}"
    print(f"{rates} | {size() / 1e9:.2f} GB | {size() / count:,.0f} |\n")
    print(f"| p50 / p95, ms | {' | '.join(WAYS)} |\n|{' --- |' * (len(WAYS) + 1)}")
    for line in search(index, kinds_of_queries(corpus, count)):
        print(line, flush=True)


@contextmanager
def sqlite_home() -> Iterator[tuple[Index, Callable[[], int]]]:
    """An index in a temporary file, and what tells its size in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "index.sqlite"
        with closing(SqliteIndex(file, utc_now)) as index:
            yield index, lambda: file.stat().st_size


@contextmanager
def elasticsearch_home() -> Iterator[tuple[Index, Callable[[], int]]]:
    """An index on a node that was started for it, and what tells its size in bytes."""
    with tempfile.TemporaryDirectory() as folder, start_elasticsearch(Path(folder)) as server:
        settings = ElasticsearchSettings(urls=(server.url,), timeout=60)
        with closing(ElasticsearchIndex(settings, utc_now)) as index, closing(connect(settings)) as client:

            def size() -> int:
                answer = client.indices.stats(index=f"{settings.prefix}articles*", metric="store")
                return int(answer["_all"]["primaries"]["store"]["size_in_bytes"])

            yield index, size


def main() -> None:
    """Measure the homes that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--million", action="store_true", help="SQLite with a million articles as well")
    parser.add_argument("--elasticsearch", action="store_true", help="Elasticsearch as well, with --count articles")
    options = parser.parse_args()
    print(f"{describe()}; median article of {_median_words(options.articles)} words; {GOALS}")
    for count in [options.count, *[1_000_000] * options.million]:
        with sqlite_home() as (index, size):
            measure("SQLite", index, size, Corpus(options.articles), count)
    if options.elasticsearch:
        try:
            with elasticsearch_home() as (index, size):
                measure("Elasticsearch", index, size, Corpus(options.articles), options.count)
        except MissingToolError as error:
            print(f"\nWithout Elasticsearch: {error}")


def _median_words(file: Path | None) -> float:
    return statistics.median(len(f"{each.title} {each.text}".split()) for each in Corpus(file).articles(500))


if __name__ == "__main__":
    main()
