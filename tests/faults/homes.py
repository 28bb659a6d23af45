"""Installations of each kind of home, and what can be broken beside their processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from connectors.indexes.elasticsearch.connection import connect
from connectors.indexes.settings import ElasticsearchSettings
from infra.elasticsearch import ElasticsearchServer, start_elasticsearch
from infra.kafka import KafkaServer, start_kafka
from tests.faults.desk import Desk, desk
from tests.faults.disk import small_disk
from tests.faults.plan import EMBEDDED, SMALL_DISK
from tests.faults.rounds import Breakable


class Installation(NamedTuple):
    """A desk, and by name what else can be struck."""

    desk: Desk
    things: Mapping[str, Breakable]


class Servers(NamedTuple):
    """A broker and a node to be killed."""

    kafka: KafkaServer
    elasticsearch: ElasticsearchServer


class Homes:
    """Makes installations in ``folder``; the servers are started when the first needs them, and stopped in the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._servers: Servers | None = None

    def __enter__(self) -> Homes:
        return self

    def __exit__(self, *raised: object) -> None:
        self._stack.close()

    def install(self, home: str) -> AbstractContextManager[Installation]:
        """A new installation on ``home``, at work while the block runs.

        Raises:
            MissingToolError: a tool that its servers need is missing, or the right to mount a disk.
        """
        folder = self._folder / uuid4().hex[:8]
        if home == EMBEDDED:
            return _embedded(folder)
        if home == SMALL_DISK:
            return _on_small_disk(folder)
        return _on_servers(folder, self._start())

    def _start(self) -> Servers:
        if self._servers is None:
            kafka = self._stack.enter_context(start_kafka(self._folder / "kafka"))
            elasticsearch = self._stack.enter_context(start_elasticsearch(self._folder / "elasticsearch"))
            self._servers = Servers(kafka, elasticsearch)
        return self._servers


@contextmanager
def _embedded(folder: Path) -> Iterator[Installation]:
    with desk(folder) as made:
        yield Installation(made, {})


@contextmanager
def _on_small_disk(folder: Path) -> Iterator[Installation]:
    with small_disk(folder) as disk, desk(folder / "desk") as made:
        yield Installation(made, {"disk": Breakable(disk.fill, disk.free)})


@contextmanager
def _on_servers(folder: Path, servers: Servers) -> Iterator[Installation]:
    """Under names of its own; its indexes are removed in the end."""
    prefix = f"faults-{uuid4().hex[:12]}-"
    kafka, elasticsearch = servers
    settings = (
        f'[kafka]\nbootstrap_servers = ["{kafka.bootstrap}"]\nprefix = "{prefix}"\n'
        f'[elasticsearch]\nurls = ["{elasticsearch.url}"]\nprefix = "{prefix}"\nrefresh = 0.2\n'
    )
    broker, node = Breakable(kafka.kill, kafka.start), Breakable(elasticsearch.kill, elasticsearch.start)
    with desk(folder, settings) as made:
        yield Installation(made, {"broker": broker, "node": node})
    with closing(connect(ElasticsearchSettings(urls=(elasticsearch.url,)))) as client:
        if indexes := list(client.indices.get(index=f"{prefix}*")):
            client.indices.delete(index=indexes)
