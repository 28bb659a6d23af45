"""The graph as one job without end on a real runner over real servers: killed and submitted again, it loses nothing."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.indexes.settings import ElasticsearchSettings
from connectors.logs.settings import KafkaSettings
from infra.kafka import KafkaServer
from infra.prism import PrismServer
from pipelines.sources import GROUP, PartitionRange
from pipelines.stream import MARGIN, starts_of, without_gap
from redline.homes import EmbeddedHomes, ServerHomes
from schemas.protocols import Message
from schemas.records import Alert, DeadLetter, decode
from tests.pipelines.test_process import claims, ordinary, publish, threats, watch_everything
from tests.processes import eventually

PATIENCE_S = 180


@given(st.lists(st.integers(1, 99), min_size=1, unique=True), st.integers(), st.booleans())
def test_what_is_committed_has_no_gap_before_it(cuts: list[int], seed: int, complete: bool) -> None:
    edges = [0, *sorted(cuts)]
    places = [PartitionRange("articles", 0, start, end) for start, end in pairwise(edges)]
    arriving = places if complete else places[1:]
    random.Random(seed).shuffle(arriving)
    left: list[PartitionRange] = []
    reached = 0
    for number, place in enumerate(arriving):
        reached, left = without_gap(reached, [*left, place])
        written = {offset for each in arriving[: number + 1] for offset in range(each.start, each.end)}
        assert written >= set(range(reached))
        assert reached not in written
    assert reached == (edges[-1] if complete else 0)


def test_a_job_starts_before_what_is_committed_as_far_as_it_is_left(tmp_path: Path) -> None:
    with closing(EmbeddedHomes(tmp_path).log()) as log:
        log.append("articles", [Message(f"key-{number}", b"{}") for number in range(100)])
        log.commit(GROUP, "articles", {0: 10, 1: MARGIN + 7})
        assert starts_of(log) == {0: 0, 1: 7, 2: 0, 3: 0}


@contextmanager
def job(folder: Path, endpoint: str, settings: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``redline process`` on the runner at ``endpoint``; it is gone at the end of the block."""
    command = [sys.executable, "-m", "redline", "--config", str(settings), "process", "--job-endpoint", endpoint]
    with (folder / "process.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, env={"PATH": "/usr/bin:/bin"}, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def settings_of(homes: ServerHomes) -> Path:
    """A settings file for ``homes``."""
    kafka, index = homes.kafka, homes.elasticsearch
    file = homes.folder / "redline.toml"
    file.write_text(
        f"data = {json.dumps(str(homes.folder))}\n[process]\nworkers = 1\n"
        f"[kafka]\nbootstrap_servers = {json.dumps(kafka.bootstrap_servers)}\nprefix = {json.dumps(kafka.prefix)}\n"
        f"[elasticsearch]\nurls = {json.dumps(index.urls)}\nprefix = {json.dumps(index.prefix)}\ntimeout = 60\n"
    )
    return file


@pytest.mark.integration
def test_a_runner_killed_and_a_job_submitted_again_lose_nothing_and_store_nothing_twice(
    tmp_path: Path, prism: PrismServer, kafka: KafkaServer, own_indexes: ElasticsearchSettings
) -> None:
    servers = KafkaSettings(bootstrap_servers=(kafka.bootstrap,), prefix=f"{uuid4().hex}-", timeout=60)
    homes = ServerHomes(tmp_path, servers, own_indexes)
    settings = settings_of(homes)
    watch_everything(homes)
    articles = threats(4) + ordinary(36)
    with closing(homes.index()) as index, closing(homes.log()) as log:

        def indexed() -> int:
            index.refresh("articles")
            return index.count("articles")

        publish(homes, articles[:20])
        with job(tmp_path, prism.endpoint, settings) as process:
            assert eventually(lambda: indexed() > 0, PATIENCE_S), (tmp_path / "process.log").read_text()
            publish(homes, articles[20:40])  # under way when the runner dies
            prism.kill()
            assert process.wait(PATIENCE_S) == 1
        assert "does not answer" in (tmp_path / "process.log").read_text()
        assert indexed() < 40

        prism.start()
        with job(tmp_path, prism.endpoint, settings):
            assert eventually(lambda: indexed() > 20, PATIENCE_S), (tmp_path / "process.log").read_text()
            log.append("articles", [Message("bad", b"{not json")])
            publish(homes, articles[40:])  # under way when the steps die
        assert indexed() < 60

        with job(tmp_path, prism.endpoint, settings):
            whole = range(log.partitions("articles"))
            done = {each: log.end("articles", each) for each in whole}
            assert eventually(lambda: log.committed(GROUP, "articles") == done, PATIENCE_S), log.committed(
                GROUP, "articles"
            )
        for name in ("articles", "claims", "alerts", "dead-letters"):
            index.refresh(name)
        assert sorted(each.id for each in index.scan("articles")) == sorted(each.id for each in articles)
        assert sorted(len(reports) for reports in claims(index)) == [4] * 6
        alerts = [each for each in index.scan("alerts") if isinstance(each, Alert)]
        assert sorted(each.claim or "" for each in alerts) == sorted(each.id for each in index.scan("claims"))
        partitions = range(log.partitions("alerts"))
        sent = [each for one in partitions for each in log.read("alerts", one, 0, 100)]
        assert {decode(each.value or b"", Alert).id for each in sent} == {each.id for each in alerts}
        assert eventually(lambda: index.count("dead-letters") == 1)
        (letter,) = index.scan("dead-letters")
        assert isinstance(letter, DeadLetter)
        assert letter.record == b"{not json"
