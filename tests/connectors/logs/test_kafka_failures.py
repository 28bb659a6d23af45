"""Brokers that die, hang, come back or refuse: nothing acknowledged is lost, and all is told in bounded time."""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import msgspec
import pytest

from connectors.logs.kafka import KafkaLog
from connectors.logs.settings import KafkaSettings
from infra.kafka import KafkaServer, Mechanism, start_kafka
from schemas.errors import RedlineError, UnavailableError
from schemas.protocols import Message
from schemas.times import utc_now
from tests.connectors.logs.contract import TOPIC, read_all
from tests.connectors.logs.test_kafka import settings_for
from tests.servers import or_skip

# kafka-python leaves the socket of a connection that failed to the garbage collector.
pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("ignore:unclosed <(socket|ssl):ResourceWarning")]
_logger = logging.getLogger(__name__)

BOUND_S = 20.0
"""Far above what a call may take on a busy machine; without a bound it takes minutes or for ever."""


@pytest.fixture(autouse=True)
def _collected(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    caplog.get_records("call").clear()  # they hold errors, which hold connections
    gc.collect()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A broker of this module's own, that tests kill."""
    with or_skip(lambda: start_kafka(tmp_path_factory.mktemp("kafka"))) as server:
        yield server


@pytest.fixture
def running(broker: KafkaServer) -> Iterator[KafkaServer]:
    """The broker, running before the test and after it."""
    yield broker
    if broker.process is None:
        broker.start()


@pytest.fixture
def settings(running: KafkaServer) -> KafkaSettings:
    return settings_for(running, timeout=2)


def patiently(call: Callable[[], object]) -> None:
    """What services do: again and again while the log does not answer."""
    deadline = time.monotonic() + 120
    while True:
        try:
            call()
        except UnavailableError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


def test_a_killed_broker_that_comes_back_has_all_that_was_acknowledged(
    running: KafkaServer, settings: KafkaSettings
) -> None:
    acknowledged: list[tuple[int, float]] = []
    enough = threading.Event()

    def write() -> None:
        with closing(KafkaLog(settings)) as log:
            number = 0
            while not enough.is_set():
                patiently(lambda: log.append(TOPIC, [Message("key", str(number).encode())]))  # noqa: B023
                acknowledged.append((number, time.monotonic()))
                number += 1

    with closing(KafkaLog(settings)) as reader:
        writer = threading.Thread(target=write)
        writer.start()
        try:
            while len(acknowledged) < 50:
                time.sleep(0.01)
            assert read_all(reader)
            running.kill()
            time.sleep(3)
            running.start()
            back = time.monotonic()
            while acknowledged[-1][1] < back:
                time.sleep(0.01)
            _logger.info("first acknowledgement %.2f s after the broker answered", acknowledged[-1][1] - back)
            patiently(lambda: read_all(reader))
            _logger.info("first read %.2f s after the broker answered", time.monotonic() - back)
        finally:
            enough.set()
            writer.join()
        values = [int(record.value or b"") for record in read_all(reader)]
    # One that was sent as the broker died may have come twice; the order stays.
    assert sorted(set(values)) == [number for number, _ in acknowledged]
    assert values == sorted(values)


@pytest.mark.parametrize("down", [KafkaServer.kill, lambda server: os.killpg(server.process.pid, signal.SIGSTOP)])
def test_while_the_broker_is_down_or_hangs_every_call_says_so_in_bounded_time(
    running: KafkaServer, settings: KafkaSettings, down: Callable[[KafkaServer], None]
) -> None:
    with closing(KafkaLog(settings)) as log:
        log.append(TOPIC, [Message("key", b"before")])
        (record,) = read_all(log)
        log.commit("process", TOPIC, {record.partition: 1})
        down(running)
        calls: list[Callable[[], object]] = [
            lambda: log.append(TOPIC, [Message("key", bytes(3000)) for _ in range(30_000)]),
            lambda: log.read(TOPIC, record.partition, 0, 10),
            lambda: log.read(TOPIC, record.partition, 1, 10),
            lambda: log.end(TOPIC, 0),
            lambda: log.committed("process", TOPIC),
            lambda: log.commit("process", TOPIC, {0: 1}),
            lambda: log.trim(TOPIC, utc_now()),
        ]
        try:
            for call in calls:
                begin = time.monotonic()
                with pytest.raises(UnavailableError, match=f"Kafka at {running.bootstrap} does not answer"):
                    call()
                took = time.monotonic() - begin
                _logger.info("unavailable after %.1f s", took)
                assert took < BOUND_S
        finally:
            if running.process is None:
                running.start()
            else:
                os.killpg(running.process.pid, signal.SIGCONT)
        patiently(lambda: log.append(TOPIC, [Message("key", b"after")]))
        values = [one.value for one in read_all(log) if len(one.value or b"") < 100]
        assert (values[0], values[-1]) == (b"before", b"after")


def test_an_outage_leaves_neither_threads_nor_memory_behind(running: KafkaServer, settings: KafkaSettings) -> None:
    impatient = msgspec.structs.replace(settings, timeout=0.3)
    batch = [Message("key", bytes(3000)) for _ in range(5_000)]
    with closing(KafkaLog(impatient)) as log:
        patiently(lambda: log.append(TOPIC, [Message("key", b"before")]))
        running.kill()
        sizes = []
        for _ in range(6):
            with pytest.raises(UnavailableError):
                log.append(TOPIC, batch)
            with pytest.raises(UnavailableError):
                log.read(TOPIC, 0, 0, 10)
            sizes.append((threading.active_count(), resident()))
        _logger.info("threads and bytes, outage after outage: %s", sizes)
        assert sizes[-1][0] <= sizes[0][0]
        assert sizes[-1][1] - sizes[0][1] < 20_000_000


def resident() -> int:
    """The memory of this process, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_log_that_is_opened_while_the_broker_is_down_works_once_it_is_back(
    running: KafkaServer, settings: KafkaSettings
) -> None:
    running.kill()
    before = threading.active_count()
    with closing(KafkaLog(settings)) as log:
        with pytest.raises(UnavailableError):
            log.partitions(TOPIC)
        assert threading.active_count() == before
        running.start()
        patiently(lambda: log.append(TOPIC, [Message("key", b"1")]))
        assert [record.value for record in read_all(log)] == [b"1"]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A broker that speaks TLS alone and asks for a password."""
    folder = tmp_path_factory.mktemp("guarded")
    with or_skip(lambda: start_kafka(folder, tls=True, mechanism="SCRAM-SHA-512")) as server:
        yield server


def test_signing_on_with_a_password_over_tls(guarded: KafkaServer) -> None:
    settings = settings_for(guarded)
    assert settings.security_protocol == "SASL_SSL"
    with closing(KafkaLog(settings)) as log:
        log.append(TOPIC, [Message("key", b"1")])
        log.commit("process", TOPIC, {0: 1})
        assert [record.value for record in read_all(log)] == [b"1"]


def complaint(settings: KafkaSettings) -> tuple[type[Exception], str]:
    """What a log that cannot be used says."""
    with closing(KafkaLog(settings)) as log:
        try:
            log.partitions(TOPIC)
        except RedlineError as error:
            return type(error), str(error)  # not the error itself, which would hold the connection that failed
    raise AssertionError("the broker answered")


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"])
def test_a_wrong_password_is_no_outage(
    guarded: KafkaServer, mechanism: Mechanism, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server = guarded if mechanism == guarded.mechanism else None
    with ExitStack() as stack:
        if server is None:
            folder = tmp_path_factory.mktemp("guarded")
            server = stack.enter_context(or_skip(lambda: start_kafka(folder, mechanism=mechanism)))
        for wrong in ({"password": "wrong"}, {"username": "nobody"}):
            kind, told = complaint(msgspec.structs.replace(settings_for(server, timeout=2), **wrong))
            assert kind is RedlineError
            assert "refuses" in told
            assert "see its rights, and [kafka] for its password" in told
            assert "wrong" not in told


def test_an_authority_that_is_not_trusted_is_never_spoken_to(guarded: KafkaServer) -> None:
    kind, told = complaint(msgspec.structs.replace(settings_for(guarded, timeout=1), ca_file=None))
    assert kind is RedlineError
    assert "is not trusted: set kafka.ca_file" in told
