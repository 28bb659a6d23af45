"""Two processes of one installation: one owns at a time, another takes over, and a claim is opened once for all."""

from __future__ import annotations

import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipelines.process import TOPIC
from pipelines.sources import GROUP
from redline.homes import homes_of
from redline.settings import load
from schemas.protocols import Homes, Index, Log
from schemas.records import Alert, Article, Claim, decode
from tests.pipelines.test_process import publish, threats, watch_everything
from tests.processes import eventually

pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("ignore:unclosed <(socket|ssl):ResourceWarning")]
_logger = logging.getLogger(__name__)

PATIENCE_S = 240.0
DROPPED = "another process has taken over; this drain"
WAITS = "another process owns stories and claims; waiting for its lease to end"


class Process:
    """`redline process`, and what it has logged."""

    def __init__(self, folder: Path) -> None:
        self.lines: list[dict[str, Any]] = []
        environment = {name: value for name, value in os.environ.items() if not name.startswith("REDLINE_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "redline", "process"],
            env={**environment, "REDLINE_CONFIG": str(folder / "redline.toml")},
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self.lines.append(json.loads(line) if line.startswith("{") else {"event": line})

    def said(self, event: str) -> int:
        """How often it logged an event that begins so."""
        return sum(line["event"].startswith(event) for line in self.lines)

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def runs(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()


class Installation:
    """The same statement, published again and again into all partitions, and the processes that read it."""

    def __init__(self, folder: Path, homes: Homes, log: Log, index: Index) -> None:
        self._folder = folder
        self._homes = homes
        self.log = log
        self.index = index
        self._flood = iter([each for each in threats(400) if each.id.startswith("Norway-")])
        self.published: list[Article] = []
        self.processes: list[Process] = []

    def start(self) -> Process:
        """Start one more process and wait until it is ready."""
        process = Process(self._folder)
        self.processes.append(process)
        wait_until(lambda: process.said("ready") > 0, process)
        return process

    def flood(self, count: int) -> None:
        """Publish ``count`` more reports of the statement."""
        more = [next(self._flood) for _ in range(count)]
        publish(self._homes, more)
        self.published += more

    def stored(self) -> int:
        self.index.refresh("articles")
        return self.index.count("articles")

    def put_to_sleep(self, process: Process) -> None:
        """Stop ``process`` (SIGSTOP), but not while it holds the lock of a file, which nobody could take from it."""
        wait_until(lambda: self._sleeps(process), process)

    def _sleeps(self, process: Process) -> bool:
        process.signal(signal.SIGSTOP)
        for file in (self._folder / "data").glob("*.sqlite"):
            with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
                try:
                    connection.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    process.signal(signal.SIGCONT)
                    return False
        return True

    def done(self) -> bool:
        """Whether all that was published is stored, and committed."""
        ends = {one: self.log.end(TOPIC, one) for one in range(self.log.partitions(TOPIC))}
        committed = self.log.committed(GROUP, TOPIC)
        return self.stored() == len(self.published) and all(committed.get(one, 0) == end for one, end in ends.items())


@pytest.fixture(params=["embedded", "servers"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    servers = ""
    if request.param == "servers":
        from tests.connectors.logs.test_kafka import settings_for

        kafka = settings_for(request.getfixturevalue("kafka"))
        indexes = request.getfixturevalue("own_indexes")
        servers = (
            f'[kafka]\nbootstrap_servers = ["{kafka.bootstrap_servers[0]}"]\nprefix = "{kafka.prefix}"\n'
            f'[elasticsearch]\nurls = ["{indexes.urls[0]}"]\nprefix = "{indexes.prefix}"\ntimeout = 60\n'
        )
    file = tmp_path / "redline.toml"
    file.write_text(f'data = "{tmp_path / "data"}"\n[process]\nworkers = 1\ndrain_records = 24\n{servers}')
    homes = homes_of(load(file, {}))
    with ExitStack() as stack:
        log, index = stack.enter_context(closing(homes.log())), stack.enter_context(closing(homes.index()))
        watch_everything(homes)
        made = Installation(tmp_path, homes, log, index)
        try:
            yield made
        finally:
            for process in made.processes:
                process.end()


def wait_until(true: Callable[[], bool], *processes: Process) -> None:
    assert eventually(true, PATIENCE_S), [process.lines[-5:] for process in processes]


def test_the_second_waits_and_takes_over_when_the_first_has_died(installation: Installation) -> None:
    first = installation.start()
    installation.flood(30)
    wait_until(lambda: installation.stored() > 0, first)
    second = installation.start()
    wait_until(lambda: second.said(WAITS) == 1, second)
    first.end()
    died = time.monotonic()
    installation.flood(30)
    wait_until(installation.done, second)
    _logger.warning("taken over and done %.1f s after the death", time.monotonic() - died)
    assert second.said(WAITS) == 1, "it says so once"
    one_claim_one_alert(installation)


def test_one_that_slept_is_refused_and_opens_no_second_claim(installation: Installation) -> None:
    sleeper = installation.start()
    other = installation.start()
    wait_until(lambda: other.said(WAITS) == 1, other)
    installation.flood(60)
    wait_until(lambda: installation.stored() > 0, sleeper)
    installation.put_to_sleep(sleeper)
    assert installation.stored() < 60, "it was stopped in the midst"
    installation.flood(60)
    before = installation.stored()
    wait_until(lambda: installation.stored() > before, other)
    sleeper.signal(signal.SIGCONT)
    installation.flood(60)
    wait_until(lambda: sleeper.said(DROPPED) == 1, sleeper, other)
    wait_until(installation.done, sleeper, other)
    assert sleeper.runs()
    assert not any(line.get("level") == "error" for each in (sleeper, other) for line in each.lines)
    one_claim_one_alert(installation)
    other.end()
    installation.flood(20)
    wait_until(installation.done, sleeper)
    one_claim_one_alert(installation)


def one_claim_one_alert(installation: Installation) -> None:
    """All of the flood, which came through each partition, is one claim, of which one alert was raised."""
    log, index = installation.log, installation.index
    assert all(log.end(TOPIC, one) for one in range(log.partitions(TOPIC)))
    for name in ("claims", "alerts", "articles", "dead-letters"):
        index.refresh(name)
    (claim,) = index.scan("claims")
    assert isinstance(claim, Claim)
    assert {member.article for member in claim.members} == {article.id for article in installation.published}
    (alert,) = index.scan("alerts")
    assert isinstance(alert, Alert)
    assert (alert.claim, alert.state) == (claim.id, "new")
    sent = [each for one in range(log.partitions("alerts")) for each in log.read("alerts", one, 0, 100)]
    assert {decode(each.value or b"", Alert).id for each in sent} == {alert.id}
    assert index.count("dead-letters") == 0
    assert {msgspec.structs.asdict(each)["id"] for each in index.scan("articles")} == {
        article.id for article in installation.published
    }
