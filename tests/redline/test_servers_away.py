"""Servers that are away, slow or refuse are waited for: nothing is lost, given up or told twice, and all goes on."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

import msgspec
import pytest

from connectors.indexes.settings import ElasticsearchSettings
from connectors.logs.settings import KafkaSettings
from infra.elasticsearch import ElasticsearchServer
from infra.kafka import start_kafka
from schemas.protocols import TOPICS
from tests.connectors.indexes.proxy import lose, proxy_before, refuse_all
from tests.redline.desk_on_wires import DeskOnWires, desk_on_wires
from tests.servers import or_skip
from tests.wire import wire

pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("ignore:unclosed <(socket|ssl):ResourceWarning")]
_logger = logging.getLogger(__name__)


class Trouble(NamedTuple):
    """What befalls a server; ``said`` where it lasts until it is ended, so that it is told."""

    server: str
    begin: Callable[[DeskOnWires], None]
    end: Callable[[DeskOnWires], None]
    said: bool = True


def cut(server: str) -> Trouble:
    """Nobody gets through."""
    return Trouble(server, lambda desk: desk.wires[server].cut(), lambda desk: desk.wires[server].mend())


def slow(server: str, seconds: float, said: bool) -> Trouble:
    """Each answer is held up."""

    def delay(by: float) -> Callable[[DeskOnWires], None]:
        return lambda desk: setattr(desk.wires[server], "delay", by)

    return Trouble(server, delay(seconds), delay(0.0), said)


def broken(server: str, answers: int) -> Trouble:
    """The next answers break off."""
    return Trouble(
        server,
        lambda desk: setattr(desk.wires[server], "breaks", answers),
        lambda desk: setattr(desk.wires[server], "breaks", 0),
        said=False,
    )


def refusing(status: int) -> Trouble:
    """Elasticsearch answers everything with ``status``; 0: it does all, and its answers are lost."""
    fault = refuse_all(status) if status else lose

    def begin(desk: DeskOnWires) -> None:
        desk.proxy.spoilt, desk.proxy.always = ("/",), fault

    def end(desk: DeskOnWires) -> None:
        desk.proxy.always = None

    return Trouble("Elasticsearch", begin, end)


TROUBLES = {
    "Kafka cut": cut("Kafka"),
    "Elasticsearch cut": cut("Elasticsearch"),
    "Kafka hangs": slow("Kafka", 30, said=True),
    "Elasticsearch hangs": slow("Elasticsearch", 30, said=True),
    "Kafka slow": slow("Kafka", 0.3, said=False),
    "Elasticsearch slow": slow("Elasticsearch", 0.3, said=False),
    "Kafka breaks off": broken("Kafka", 20),
    "Elasticsearch breaks off": broken("Elasticsearch", 20),
    "Elasticsearch has no room": refusing(429),
    "Elasticsearch cannot": refusing(503),
    "Elasticsearch's answers are lost": refusing(0),
}


@pytest.fixture(scope="module")
def desk(elasticsearch: ElasticsearchServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskOnWires]:
    folder = tmp_path_factory.mktemp("desk")
    prefix = uuid4().hex
    with wire() as to_kafka, wire() as to_index, proxy_before(elasticsearch.url) as proxy:
        start = lambda: start_kafka(tmp_path_factory.mktemp("kafka"), advertised=to_kafka.port)  # noqa: E731
        with or_skip(start) as kafka:
            to_kafka.target, to_index.target = kafka.port, int(proxy.url.rpartition(":")[2])
            log = msgspec.convert({"bootstrap_servers": [kafka.bootstrap], "prefix": f"{prefix}."}, KafkaSettings)
            indexes = ElasticsearchSettings(urls=(elasticsearch.url,), prefix=f"test-{prefix}-", timeout=60)
            wires = {"Kafka": to_kafka, "Elasticsearch": to_index}
            with desk_on_wires(folder, log, indexes, wires, proxy) as made:
                made.publish(3)
                made.wait_until(made.caught_up)
                yield made


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_all_goes_on_when_it_is_over(desk: DeskOnWires, trouble: Trouble) -> None:
    server, line = trouble.server, len(desk.lines)
    trouble.begin(desk)
    try:
        desk.publish(3)
        if trouble.said:
            desk.wait_until(lambda: bool(desk.told("away", server, line)))
            away = missing(desk)
            assert server in {one["server"] for one in away}
            assert all(datetime.fromisoformat(one["since"]).tzinfo for one in away)
        else:
            desk.wait_until(lambda: desk.published - len(set(desk.arrived)) < 2 or not desk.wires[server].breaks)
    finally:
        trouble.end(desk)
    took = desk.wait_until(desk.caught_up)
    _logger.warning("%s: all alerts %.1f s after the end", trouble.server, took)
    if trouble.said:
        desk.wait_until(lambda: len(desk.told("away", server, line)) == len(desk.told("back", server, line)))
        desk.wait_until(lambda: not missing(desk))
        # One of each part that needs it, and at most one more where it came and went at the end.
        assert len(desk.told("away", server, line)) <= 2 * len(("fetch", "process", "notify"))
    nothing_lost(desk)


def missing(desk: DeskOnWires) -> list[dict[str, str]]:
    status = desk.command("status", "--json")
    output, errors = status.communicate(timeout=240)
    assert "Traceback" not in errors
    found: list[dict[str, str]] = json.loads(output).get("away", [])
    return found


def nothing_lost(desk: DeskOnWires) -> None:
    """Each article is stored once and has one alert, and nothing was set aside."""
    for name, count in (("articles", desk.published), ("alerts", desk.published), ("dead-letters", 0)):
        desk.index.refresh(name)
        assert desk.index.count(name) == count
    assert sum(desk.log.end("dead-letters", one) for one in range(desk.log.partitions("dead-letters"))) == 0
    assert set(TOPICS) >= {"articles", "alerts"}
    assert len(set(desk.arrived)) == desk.published


@pytest.mark.parametrize("server", ["Kafka", "Elasticsearch"])
def test_a_part_that_is_started_meanwhile_begins_when_it_is_over(desk: DeskOnWires, server: str) -> None:
    through = desk.wires[server]
    through.cut()
    try:
        notify = desk.command("notify", "--once")
        assert notify.stderr is not None
        first = json.loads(notify.stderr.readline())
        assert (first["event"], first["server"]) == ("away", server)
    finally:
        through.mend()
    _, errors = notify.communicate(timeout=240)
    assert notify.returncode == 0, errors
    assert [json.loads(line)["event"] for line in errors.splitlines()] == ["back", "ready"]
    desk.wait_until(lambda: not missing(desk))


@pytest.mark.parametrize(
    "words",
    [
        ("search", "flotilla", "--limit", "1", "--json"),
        ("watch", "list"),
        ("watch", "add", "--name", "x", "--query", "x"),
    ],
    ids=" ".join,
)
def test_a_command_waits_for_the_index_too(desk: DeskOnWires, words: tuple[str, ...]) -> None:
    through = desk.wires["Elasticsearch"]
    through.cut()
    try:
        before = through.connections
        command = desk.command(*words)
        desk.wait_until(lambda: through.connections > before + 20)
    finally:
        through.mend()
    output, errors = command.communicate(timeout=240)
    assert command.returncode == 0, errors
    assert output
    assert [json.loads(line)["event"] for line in errors.splitlines() if line.startswith("{")] == ["away", "back"]


def test_a_command_that_waited_in_vain_says_for_what(desk: DeskOnWires) -> None:
    through = desk.wires["Elasticsearch"]
    through.cut()
    try:
        command = desk.command("search", "flotilla")
        output, errors = command.communicate(timeout=240)
    finally:
        through.mend()
    assert (command.returncode, output) == (1, "")
    assert "Elasticsearch does not answer" in errors.splitlines()[-1]
    assert "Traceback" not in errors
    desk.wait_until(lambda: not missing(desk))
