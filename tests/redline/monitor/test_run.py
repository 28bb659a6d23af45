"""What ``redline run`` shows of itself, over several processes that are killed, beside what is truly stored."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import Popen
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from redline.homes import EmbeddedHomes
from redline.monitor.installation import LOOK_S
from redline.watches import add_watch, new_watch
from schemas.protocols import TOPICS, Index, Log, Message
from schemas.records import INDEXES, Alert, Delivery
from schemas.times import utc_now
from tests.connectors.channels.receiver import receiver
from tests.connectors.feeds.site import rss
from tests.pipelines.test_process import ordinary, threats
from tests.processes import eventually
from tests.redline.test_services import redline

pytestmark = pytest.mark.integration

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


class Outside:
    """An observer who knows nothing but the address; it keeps all that the log lines said."""

    def __init__(self, run: Popen[str]) -> None:
        self.events: list[dict[str, Any]] = []
        self.words: list[str] = []
        self._heard = threading.Event()
        threading.Thread(target=self._listen, args=(run,), daemon=True).start()
        assert self._heard.wait(60), "nothing listens"
        self.last: Figures = {}

    def _listen(self, run: Popen[str]) -> None:
        assert run.stderr is not None
        for line in run.stderr:
            if not line.startswith("{"):
                self.words.append(line)
            else:
                self.events.append(json.loads(line))
                if self.events[-1]["event"] == "listening":
                    self.port = self.events[-1]["port"]
                    self._heard.set()

    def ask(self, path: str) -> tuple[int, bytes]:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            return error.code, error.read()

    def figures(self) -> Figures:
        """All figures now; none that only counts up may be less than before."""
        families = text_string_to_metric_families(self.ask("/metrics")[1].decode())
        found: Figures = {}
        for family in families:
            for sample in family.samples:
                key = (sample.name, frozenset(sample.labels.items()))
                assert key not in found, f"{key} is there twice"
                found[key] = sample.value
                if family.type in ("counter", "histogram"):
                    assert sample.value >= self.last.get(key, 0), f"{key} went back"
        assert {key for key in self.last if key[0].endswith(("_total", "_count"))} <= found.keys()
        self.last = found
        return found

    def sum(self, name: str, **labels: str) -> float:
        wanted = labels.items()
        return sum(value for (found, have), value in self.figures().items() if found == name and wanted <= have)

    def pid(self, part: str) -> int:
        named = [dict(labels) for name, labels in self.figures() if name == "redline_resident_memory_bytes"]
        (pid,) = [int(labels["pid"]) for labels in named if labels["part"] == part]
        return pid

    def is_ready(self) -> bool:
        return self.ask("/readyz")[0] == 200


@contextmanager
def feed(folder: Path) -> Iterator[str]:
    """The address of a feed of 66 articles, 6 of them threats."""
    now = format_datetime(datetime.now(UTC))
    items = [
        f"<title>{each.title}</title><link>https://wire.example/{each.id}</link><guid>{each.id}</guid>"
        f"<pubDate>{now}</pubDate><description><![CDATA[{each.text}]]></description>"
        for each in [*threats(1), *ordinary(60)]
    ]
    (folder / "feed.xml").write_bytes(rss(*items))

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/feed.xml"
        server.shutdown()


def in_mid_drain(outside: Outside, index: Index, log: Log) -> None:
    """Stop ``redline process`` where it has written articles and not committed their offsets.

    But not in the instant between the writing of an alert and its count, which a kill there does lose.
    """
    pid = outside.pid("process")

    def between() -> bool:
        return index.count("articles") + index.count("dead-letters") > sum(
            log.committed("process", "articles").values()
        )

    for _ in range(50):
        assert eventually(between)
        os.kill(pid, signal.SIGSTOP)
        if between() and outside.sum("redline_alerts_total") == index.count("alerts"):
            return
        os.kill(pid, signal.SIGCONT)
    pytest.fail("never caught between writing and committing")


def kill(outside: Outside, part: str) -> None:
    """Kill ``part`` and wait until it is ready again; meanwhile it is told as missing, since it was killed."""
    begun = utc_now()
    os.kill(outside.pid(part), signal.SIGKILL)

    def missing() -> bool:
        status, body = outside.ask("/readyz")
        faults = json.loads(body)["faults"]
        return status == 503 and part in faults and datetime.fromisoformat(faults[part]["since"]) >= begun

    assert eventually(missing)
    assert outside.ask("/healthz")[0] == 200, "who is being started again is not stuck"
    assert eventually(outside.is_ready)


def settled(counted: Callable[[], float], wanted: float) -> bool:
    return eventually(lambda: counted() >= wanted, 120)


def test_what_is_counted_is_what_is_stored_though_every_part_is_killed(tmp_path: Path) -> None:
    homes = EmbeddedHomes(tmp_path)
    index, log, state = homes.index(), homes.log(), homes.feeds()
    add_watch(
        index,
        new_watch(
            "basin", "dredging OR destroyed", datetime(2026, 1, 1, tzinfo=UTC), over="articles", once_per="article"
        ),
    )
    log.append("articles", [Message("bad", b"{not json")])
    settings = {
        "MONITOR_ADDRESS": "127.0.0.1:0",
        "MONITOR_LOG_LEVEL": "debug",
        "FEEDS_INTERVAL": "1",
        "PROCESS_DRAIN_RECORDS": "16",
        "PROCESS_WORKERS": "1",
    }
    with receiver() as desk, feed(tmp_path) as url:
        state.add(url)
        settings["NOTIFY_WEBHOOKS"] = f'{{desk = "{desk.url}"}}'
        with redline(tmp_path, "run", **{f"REDLINE_{name}": value for name, value in settings.items()}) as run:
            outside = Outside(run)
            assert not outside.is_ready(), "the models are not loaded yet"
            assert settled(partial(outside.sum, "redline_articles_indexed_total"), 1)
            in_mid_drain(outside, index, log)
            kill(outside, "process")
            assert outside.sum("redline_articles_indexed_total") < 66, "the kill came when all was done"
            kill(outside, "fetch")
            kill(outside, "notify")
            assert settled(partial(outside.sum, "redline_articles_indexed_total"), 66)
            delivered = partial(outside.sum, "redline_deliveries_total", channel="desk", outcome="delivered")
            assert settled(delivered, 66)
            time.sleep(LOOK_S + 2)  # nothing more may come, and log and index have been looked at since
            compare(outside)
            assert outside.ask("/healthz")[0] == 200
            follow(outside, next(each.id for each in index.scan("articles")))
            # The same from the stores themselves, which no kill can make wrong.
            for name in INDEXES:
                assert outside.sum("redline_records", index=name) == index.count(name)
            for topic in TOPICS:
                ends = sum(log.end(topic, one) for one in range(log.partitions(topic)))
                assert outside.sum("redline_log_appended_total", topic=topic) == ends
            assert outside.sum("redline_log_committed_total", group="process", topic="articles") == 67
            assert outside.sum("redline_alerts_total") == index.count("alerts")
            sent = [each for each in index.scan("deliveries") if isinstance(each, Delivery) and each.delivered]
            assert outside.sum("redline_deliveries_total", outcome="delivered") == len(sent)
            assert all(isinstance(each, Alert) for each in index.scan("alerts"))
    for opened in (index, log, state):
        opened.close()


def compare(outside: Outside) -> None:
    """What was counted, after everything came and every part was killed once."""
    assert outside.sum("redline_articles_fetched_total") == 66
    assert outside.sum("redline_articles_indexed_total") == 66
    assert outside.sum("redline_alerts_total", state="new") == 66
    for stage in ("published_to_fetched", "fetched_to_enriched", "enriched_to_indexed", "fetched_to_indexed"):
        assert outside.sum("redline_stage_seconds_count", stage=stage) == 66, stage
    assert outside.sum("redline_dead_letters_total", stage="decode") == outside.sum("redline_dead_letters_total") == 1
    deaths = [(each["service"], each["ended"]) for each in outside.events if each["event"] == "restart"]
    for part in ("fetch", "process", "notify"):
        assert outside.sum("redline_restarts_total", part=part) == 1, (part, deaths, outside.words)
    assert outside.sum("redline_feed_requests_total", outcome="unchanged") > 1
    assert outside.sum("redline_feeds", state="read") == 1
    assert outside.sum("redline_lag_records") == outside.sum("redline_lag_seconds") == 0
    assert outside.sum("redline_up") == 3
    for part in ("run", "fetch", "process", "notify", "reading"):
        assert outside.sum("redline_resident_memory_bytes", part=part) > 10e6, part


def follow(outside: Outside, article: str) -> None:
    """The log tells of ``article`` at every stage."""
    told = [event["event"] for event in outside.events if event.get("article") == article]
    assert told[0] == "published"
    assert sorted(told[1:]) == ["alert", "delivered", "delivered", "indexed"]
