"""While the index refuses what is written, the status says so and since when, nothing is given up, and all gets in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.indexes.settings import ElasticsearchSettings
from infra.kafka import KafkaServer
from redline.away import missed
from redline.homes import ServerHomes
from schemas.protocols import Index, Log, Message
from schemas.records import Article, encode
from schemas.times import utc_now
from tests.connectors.indexes.proxy import Answer, Fault, Forward, Proxy, proxy_before, refuse
from tests.connectors.logs.test_kafka import settings_for
from tests.processes import eventually

pytestmark = pytest.mark.integration


class Desk:
    """An installation on servers; before Elasticsearch stands a proxy."""

    def __init__(self, folder: Path, kafka: KafkaServer, indexes: ElasticsearchSettings, proxy: Proxy) -> None:
        self.folder = folder
        log = settings_for(kafka)
        (folder / "redline.toml").write_text(
            f'data = "{folder}"\n'
            f'[kafka]\nbootstrap_servers = ["{log.bootstrap_servers[0]}"]\nprefix = "{log.prefix}"\n'
            f'[elasticsearch]\nurls = ["{proxy.url}"]\nprefix = "{indexes.prefix}"\ntimeout = 60\npatience = 1\n'
            "[process]\nworkers = 1\n"
        )
        self.environment = {**os.environ, "REDLINE_CONFIG": str(folder / "redline.toml")}
        homes = ServerHomes(folder, log, indexes)
        self.log: Log = homes.log()
        self.index: Index = homes.index()

    @contextmanager
    def processing(self) -> Iterator[None]:
        command = [sys.executable, "-m", "redline", "process", "--degraded"]
        with subprocess.Popen(command, env=self.environment, stderr=subprocess.PIPE) as process:
            try:
                yield
            finally:
                process.terminate()
                process.communicate(timeout=60)

    def status(self) -> dict[str, Any]:
        command = [sys.executable, "-m", "redline", "status", "--json"]
        found: dict[str, Any] = json.loads(subprocess.run(command, env=self.environment, stdout=subprocess.PIPE).stdout)
        return found

    def committed(self) -> int:
        return sum(self.log.committed("process", "articles").values())

    def count(self, name: str) -> int:
        self.index.refresh(name)
        return self.index.count(name)


@pytest.fixture
def proxy(own_indexes: ElasticsearchSettings) -> Iterator[Proxy]:
    with proxy_before(own_indexes.urls[0]) as proxy:
        yield proxy


@pytest.fixture
def desk(tmp_path: Path, kafka: KafkaServer, own_indexes: ElasticsearchSettings, proxy: Proxy) -> Iterator[Desk]:
    desk = Desk(tmp_path, kafka, own_indexes, proxy)
    yield desk
    desk.log.close()
    desk.index.close()


def publish(desk: Desk) -> None:
    """50 articles about different things."""
    now = utc_now()
    articles = [
        Article(id=f"a{at}", feed="https://wire.example/", fetched=now, title=f"Note {at}", text="Dredging.")
        for at in range(50)
    ]
    desk.log.append("articles", [Message(each.id, encode(each)) for each in articles])


def in_bulk(fault: Fault) -> Fault:
    """``fault`` for requests of several lines alone."""

    def meet(body: bytes, forward: Forward) -> Answer:
        return fault(body, forward) if body.count(b"\n") > 1 else forward(body)

    return meet


@pytest.mark.parametrize(
    "fault",
    [refuse(2), refuse(2, "cluster_block_exception", 403)],
    ids=["busy", "read-only"],
)
def test_what_is_refused_for_long_is_told_and_gets_in(desk: Desk, proxy: Proxy, fault: Fault) -> None:
    proxy.always = in_bulk(fault)
    began = utc_now()
    with desk.processing():
        publish(desk)
        assert eventually(lambda: missed(desk.folder) != [], 120)
        (away,) = desk.status()["away"]
        assert away["part"] == "process"
        assert "Elasticsearch" in away["server"]
        since = datetime.fromisoformat(away["since"])
        assert began - timedelta(seconds=1) <= since <= utc_now()
        seen = len(proxy.items)
        assert eventually(lambda: len(proxy.items) > seen + 5)
        (still,) = missed(desk.folder)
        assert still.since == since, "it stays the same outage"
        assert desk.committed() == 0
        proxy.always = None
        assert eventually(lambda: desk.committed() == 50)
        assert eventually(lambda: missed(desk.folder) == [])
    assert "away" not in desk.status()
    assert (desk.count("articles"), desk.count("dead-letters")) == (50, 0)
