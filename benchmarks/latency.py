"""Seconds from an article's ``fetched`` to its alert's arrival at a webhook, at some rates and after a burst.

The real ``redline process`` and ``redline notify`` run as child processes. Articles are appended to the log one by one
at an even rate (or all at once: the burst), and a watch over articles alerts about every one of them, which is more
than any desk has. The homes take turns.

Usage: ``python -m benchmarks.latency [--homes embedded,servers] [--rates 1,5,10] [--seconds N] [--burst N]
[--articles FILE.jsonl]``. FILE has an object with ``title`` and ``text`` a line; without it the demo's invented
articles are taken.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from msgspec.structs import replace

from benchmarks.articles import FEED, SAMPLES, fresh, load
from benchmarks.homes import NAMES, open_homes
from benchmarks.machine import describe, kernel, percentiles
from pipelines.reading.settings import ReadingSettings
from redline.homes import EmbeddedHomes, ServerHomes
from redline.lifecycle import Stop
from redline.supervise import Supervisor, service
from redline.watches import add_watch, new_watch
from schemas.protocols import Message
from schemas.records import Article, encode
from schemas.times import utc_now

GOALS = {1.0: "1 s", 5.0: "1 s", 10.0: "2 s"}
"""What the 95th percentile is to stay under, by articles a second."""
WARM_UP = 16
PATIENCE_S = 60.0
"""How long after the last article an alert may take to count at all."""


class Receiver:
    """A webhook on loopback that notes when the alert about each article arrived."""

    def __init__(self) -> None:
        self.arrived: dict[str, datetime] = {}
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver._note(body["alert"]["article"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is printed for a request."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where alerts are to be posted."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def wait_for(self, ids: set[str]) -> None:
        """Wait until alerts about all of ``ids`` arrived, for ``PATIENCE_S`` at most."""
        with self._changed:
            self._changed.wait_for(lambda: ids <= self.arrived.keys(), PATIENCE_S)

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()

    def _note(self, article: str) -> None:
        with self._changed:
            self.arrived.setdefault(article, utc_now())
            self._changed.notify_all()


@contextmanager
def services(homes: EmbeddedHomes | ServerHomes, receiver: Receiver) -> Iterator[None]:
    """``redline process`` and ``redline notify`` over ``homes``, ready and posting to ``receiver``."""
    folder = homes.folder
    folder.mkdir(parents=True, exist_ok=True)
    # A JSON string is a TOML string as well.
    lines = [f"data = {json.dumps(str(folder))}", f"[notify]\nwebhooks = {{ bench = {json.dumps(receiver.address)} }}"]
    if isinstance(homes, ServerHomes):
        lines.append(f"[kafka]\nbootstrap_servers = {json.dumps(homes.kafka.bootstrap_servers)}")
        lines.append(f"[elasticsearch]\nurls = {json.dumps(homes.elasticsearch.urls)}")
    settings = folder / "redline.toml"
    settings.write_text("\n".join(lines), encoding="utf-8")
    with (folder / "redline.log").open("a", encoding="utf-8", buffering=1) as log:
        supervisor = Supervisor(
            [service("process"), service("notify")],
            lambda name, line: print(f"{name}: {line}", file=log),
            {**os.environ, "REDLINE_CONFIG": str(settings)},
            output=subprocess.DEVNULL,
        )
        with supervisor:
            supervisor.wait_ready(Stop())
            yield


def watch_all(homes: EmbeddedHomes | ServerHomes) -> None:
    """Have every article alert once, on the webhook alone."""
    with closing(homes.index()) as index:
        watch = new_watch("bench", f'feed:"{FEED}"', utc_now(), over="articles", once_per="article", deliver=["bench"])
        add_watch(index, watch)


def send(homes: EmbeddedHomes | ServerHomes, articles: Sequence[Article], rate: float | None) -> dict[str, datetime]:
    """Append ``articles`` at ``rate`` a second (None: at once); when each was fetched, by id."""
    fetched: dict[str, datetime] = {}
    with closing(homes.log()) as log:
        log.partitions("articles")  # connects, so that the first article does not wait for it
        start = time.monotonic()
        size = 1 if rate else len(articles)
        for at in range(0, len(articles), size):
            if rate:
                time.sleep(max(0.0, start + at / rate - time.monotonic()))
            now = utc_now()
            due = [replace(each, fetched=now, first_seen=now) for each in articles[at : at + size]]
            log.append("articles", [Message(each.id, encode(each)) for each in due])
            fetched |= {each.id: now for each in due}
    return fetched


def measure(
    homes: EmbeddedHomes | ServerHomes, receiver: Receiver, articles: Sequence[Article], rate: float | None
) -> list[float]:
    """The seconds that each of ``articles`` took, with services that were just started and warmed up."""
    with services(homes, receiver):
        warm = send(homes, fresh(articles[:WARM_UP], "warm"), None)
        receiver.wait_for(set(warm))
        fetched = send(homes, articles, rate)
        receiver.wait_for(set(fetched))
    return [(receiver.arrived[id_] - time).total_seconds() for id_, time in fetched.items() if id_ in receiver.arrived]


def main() -> None:
    """Measure each rate on each of the homes in turn, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--homes", default=",".join(NAMES))
    parser.add_argument("--rates", default="1,5,10")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long articles come at each rate")
    parser.add_argument("--burst", type=int, default=200, help="articles at once; 0: no burst")
    parser.add_argument("--articles", type=Path, default=SAMPLES)
    options = parser.parse_args()
    rates: list[float | None] = [float(rate) for rate in options.rates.split(",") if rate]
    rounds = [(rate, int(rate * options.seconds) if rate else options.burst) for rate in [*rates, None]]
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    receiver = Receiver()
    rows = []
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(receiver),
        open_homes(options.homes.split(","), Path(folder)) as homes,
    ):
        for home in homes.values():
            watch_all(home)
        for rate, count in rounds:
            for name, home in homes.items() if count else ():
                articles = fresh(load(options.articles, count), f"{name}-{rate}")
                seconds = measure(home, receiver, articles, rate)
                rows.append(row(name, rate, count, seconds))
                print(rows[-1], file=sys.stderr)
    print(f"{describe()}; {kernel(ReadingSettings())}; every article alerts\n")
    print("| articles | home | p50 / p95, s | longest, s | goal for p95 | arrived |\n|" + " --- |" * 6)
    print("\n".join(rows))


def row(home: str, rate: float | None, count: int, seconds: Sequence[float]) -> str:
    """One line of the table."""
    what = f"{rate:g} a second" if rate else f"burst of {count}"
    figures = f"{percentiles(seconds)} | {max(seconds):.3g}" if seconds else "- | -"
    return f"| {what} | {home} | {figures} | {GOALS.get(rate or 0, '')} | {len(seconds)} of {count} |"


if __name__ == "__main__":
    main()
