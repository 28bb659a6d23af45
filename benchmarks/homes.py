"""The homes that are compared: files in a temporary folder, and real servers started for the run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from connectors.indexes.settings import ElasticsearchSettings
from connectors.logs.settings import KafkaSettings
from infra.elasticsearch import start_elasticsearch
from infra.errors import MissingToolError
from infra.kafka import start_kafka
from redline.homes import EmbeddedHomes, ServerHomes

EMBEDDED, SERVERS = "embedded", "servers"
NAMES = (EMBEDDED, SERVERS)


@contextmanager
def open_homes(names: list[str], folder: Path) -> Iterator[dict[str, EmbeddedHomes | ServerHomes]]:
    """The homes of ``names``, all of whose files are in ``folder``; servers are left out where a tool is missing."""
    homes: dict[str, EmbeddedHomes | ServerHomes] = {}
    with ExitStack() as servers:
        if EMBEDDED in names:
            homes[EMBEDDED] = EmbeddedHomes(folder / EMBEDDED)
        if SERVERS in names:
            try:
                kafka = servers.enter_context(start_kafka(folder / "kafka"))
                elasticsearch = servers.enter_context(start_elasticsearch(folder / "elasticsearch"))
            except MissingToolError as error:
                print(f"without servers: {error}", file=sys.stderr)
            else:
                homes[SERVERS] = ServerHomes(
                    folder / SERVERS,
                    KafkaSettings(bootstrap_servers=(kafka.bootstrap,)),
                    ElasticsearchSettings(urls=(elasticsearch.url,)),
                )
        yield homes
