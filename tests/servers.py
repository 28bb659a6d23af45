"""Fixtures of real servers, started once for all tests that ask for them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest

from connectors.indexes.elasticsearch.connection import connect
from connectors.indexes.settings import ElasticsearchSettings
from infra.elasticsearch import ElasticsearchServer, start_elasticsearch
from infra.errors import MissingToolError
from infra.kafka import KafkaServer, start_kafka
from infra.prism import PrismServer, start_prism

S = TypeVar("S")


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A plain broker, shared by all tests: use topics and groups of your own, and do not stop it."""
    with or_skip(lambda: start_kafka(tmp_path_factory.mktemp("kafka"))) as server:
        yield server


@pytest.fixture(scope="session")
def elasticsearch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ElasticsearchServer]:
    """A plain node, shared by all tests: use indexes of your own, and do not stop it."""
    with or_skip(lambda: start_elasticsearch(tmp_path_factory.mktemp("elasticsearch"))) as server:
        yield server


@pytest.fixture
def prism(tmp_path: Path) -> Iterator[PrismServer]:
    """A runner of the test's own. Without Go the test is skipped, under CI=true too: nothing that users need has it."""
    try:
        server = start_prism(tmp_path / "prism")
    except MissingToolError as error:
        pytest.skip(str(error))
    with server:
        yield server


@pytest.fixture
def own_indexes(elasticsearch: ElasticsearchServer) -> Iterator[ElasticsearchSettings]:
    """Indexes of the test's own in the shared node; they are removed after it."""
    settings = ElasticsearchSettings(urls=(elasticsearch.url,), prefix=f"test-{uuid4().hex}-", timeout=60)
    yield settings
    with closing(connect(settings)) as client:
        if made := list(client.indices.get(index=f"{settings.prefix}*")):
            client.indices.delete(index=made)


def or_skip(start: Callable[[], S]) -> S:
    """The server that ``start`` starts. Where a tool is missing the test is skipped; under CI=true it fails."""
    try:
        return start()
    except MissingToolError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))
