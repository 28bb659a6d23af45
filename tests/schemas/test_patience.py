"""What is away is waited for, and told once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from schemas.errors import UnavailableError
from schemas.patience import LONGEST_S, Patience

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Waits:
    """A clock, and a stop that lets the time pass at once; it is asked for at ``until``."""

    def __init__(self, until: float = 1e9) -> None:
        self.now = NOON
        self.until = NOON + timedelta(seconds=until)
        self.waits: list[float] = []

    def wait(self, timeout: float) -> bool:
        self.waits.append(timeout)
        self.now += timedelta(seconds=timeout)
        return self.now >= self.until

    def clock(self) -> datetime:
        return self.now


class Server:
    """Answers from the time ``back`` on."""

    def __init__(self, waits: Waits, back: float, name: str = "Kafka") -> None:
        self._waits = waits
        self._back = NOON + timedelta(seconds=back)
        self._name = name

    def ask(self) -> str:
        if self._waits.now < self._back:
            raise UnavailableError(f"{self._name} does not answer", self._name)
        return "here"


def events(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.message, vars(record)["server"]) for record in caplog.records]


def test_an_outage_of_minutes_takes_two_lines(caplog: pytest.LogCaptureFixture) -> None:
    waits = Waits()
    assert Patience(waits, waits.clock).insist(Server(waits, 300).ask) == "here"
    assert max(waits.waits) == LONGEST_S
    assert waits.waits == sorted(waits.waits)
    assert events(caplog) == [("away", "Kafka"), ("back", "Kafka")]
    away, back = map(vars, caplog.records)
    assert away["since"] == NOON
    assert away["error"] == "Kafka does not answer"
    assert 300 <= back["away_s"] <= 302


def test_what_passes_within_a_second_is_not_worth_a_word(caplog: pytest.LogCaptureFixture) -> None:
    waits = Waits()
    Patience(waits, waits.clock).insist(Server(waits, 0.7).ask)
    assert events(caplog) == []


def test_each_server_is_told_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    waits = Waits()
    servers = [Server(waits, 10), Server(waits, 100, "Elasticsearch")]
    Patience(waits, waits.clock).insist(lambda: [server.ask() for server in servers])
    assert events(caplog)[:2] == [("away", "Kafka"), ("away", "Elasticsearch")]
    assert sorted(events(caplog)[2:]) == [("back", "Elasticsearch"), ("back", "Kafka")]
    since = vars(caplog.records[1])["since"]
    assert timedelta(seconds=10) <= since - NOON < timedelta(seconds=13)


def test_many_that_wait_for_one_server_take_two_lines_too(caplog: pytest.LogCaptureFixture) -> None:
    stop, gone = threading.Event(), threading.Event()
    patience = Patience(stop)

    def ask() -> None:
        if not gone.is_set():
            raise UnavailableError("gone", "Kafka")

    threads = [threading.Thread(target=patience.insist, args=(ask,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    threading.Timer(1.8, gone.set).start()
    for thread in threads:
        thread.join()
    assert events(caplog) == [("away", "Kafka"), ("back", "Kafka")]
    assert patience.missing == {}


def test_a_try_that_began_before_the_return_starts_no_new_outage(caplog: pytest.LogCaptureFixture) -> None:
    waits = Waits()
    patience = Patience(waits, waits.clock)
    slow = patience.tries()
    patience.insist(Server(waits, 20).ask)
    slow.failed(UnavailableError("timed out", "Kafka"))
    assert patience.missing == {}
    slow.answered()
    assert len(caplog.records) == 2


def test_what_is_missing_is_told_while_it_is() -> None:
    waits = Waits()
    told: list[Mapping[str, datetime]] = []
    patience = Patience(waits, waits.clock, told.append)
    patience.insist(Server(waits, 30).ask)
    assert told[0] == {}
    assert {"Kafka": NOON} in told
    assert told[-1] == {} == patience.missing


def test_the_stop_ends_the_waiting(caplog: pytest.LogCaptureFixture) -> None:
    waits = Waits(until=60)
    patience = Patience(waits, waits.clock)
    with pytest.raises(UnavailableError, match="does not answer"):
        patience.insist(Server(waits, 300).ask)
    assert patience.missing == {"Kafka": NOON}
    assert events(caplog) == [("away", "Kafka")]


@pytest.fixture(autouse=True)
def _level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
