"""While others hold the locks of the embedded files for seconds, everything waits its turn: no error, nothing lost."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from redline.homes import EmbeddedHomes
from tests.connectors.feeds.site import item, rss
from tests.processes import eventually

pytestmark = pytest.mark.integration

ARTICLES = 60
ROUNDS = 8
HELD_S = 1.5


@contextmanager
def growing_feed() -> Iterator[str]:
    """A feed on loopback that has one item more every fifth of a second; its address."""
    begun = time.monotonic()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there = min(ARTICLES, int((time.monotonic() - begun) * 5))
            body = rss(*(item(number, text=f"Ship number {number} has left.", date=None) for number in range(there)))
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/feed"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def hold(file: Path, chance: random.Random) -> None:
    """Another program that writes to ``file`` again and again, and takes long over it."""
    with closing(sqlite3.connect(file, timeout=60, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS scratch (number INTEGER)")
        for _ in range(ROUNDS):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("UPDATE scratch SET number = number + 1")
            time.sleep(HELD_S)
            connection.execute("COMMIT")
            time.sleep(chance.random())


def test_locks_that_are_held_for_seconds_harm_nothing(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "REDLINE_DATA": str(tmp_path),
        "REDLINE_FEEDS_INTERVAL": "1",
        "REDLINE_READING_DEGRADED": "true",
        "REDLINE_PROCESS_WORKERS": "1",
    }
    failures: list[str] = []

    def redline(*words: str) -> str:
        command = [sys.executable, "-m", "redline", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        if done.returncode != 0 or "locked" in done.stderr:
            failures.append(f"{words}: {done.returncode} {done.stderr}")
        return done.stdout

    def use() -> None:
        for number in range(ROUNDS):
            redline("watch", "add", "--name", f"w{number}", "--query", "ship", "--over", "articles")
            redline("search", "ship")
            if number % 2:
                redline("watch", "remove", f"w{number}")

    with growing_feed() as url:
        redline("feeds", "add", url)
        for folder_made in (EmbeddedHomes(tmp_path).log, EmbeddedHomes(tmp_path).index):
            folder_made().close()
        with open_run(environment, tmp_path / "run.log") as errors:
            chance = random.Random(1)
            others = [
                threading.Thread(target=hold, args=(tmp_path / name, chance))
                for name in ("index.sqlite", "log.sqlite", "feeds.sqlite")
            ]
            others.append(threading.Thread(target=use))
            for other in others:
                other.start()
            for other in others:
                other.join(300)
            with closing(EmbeddedHomes(tmp_path).index()) as index:
                assert eventually(lambda: index.count("articles") == ARTICLES, 120), index.count("articles")
                assert index.count("dead-letters") == 0
        told = errors()
    assert failures == []
    assert "locked" not in told
    assert "Traceback" not in told
    watches = [json.loads(line)["name"] for line in redline("watch", "list", "--json").splitlines()]
    assert watches == [f"w{number}" for number in range(0, ROUNDS, 2)]


@contextmanager
def open_run(environment: dict[str, str], log: Path) -> Iterator[Callable[[], str]]:
    """``redline run`` while the block runs; gives a way to ask what it has said on standard error."""
    with log.open("w") as output:
        command = [sys.executable, "-m", "redline", "run"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=output) as process:
            try:
                yield log.read_text
            finally:
                process.terminate()
                process.wait(60)
