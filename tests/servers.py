"""Fixtures of real servers, started once for all tests that ask for them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from infra.elasticsearch import ElasticsearchServer, start_elasticsearch
from infra.errors import MissingToolError
from infra.kafka import KafkaServer, start_kafka

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


def or_skip(start: Callable[[], S]) -> S:
    """The server that ``start`` starts. Where a tool is missing the test is skipped; under CI=true it fails."""
    try:
        return start()
    except MissingToolError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))
