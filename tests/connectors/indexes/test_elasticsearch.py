"""The index on servers keeps the contract, and what only a server can do wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from uuid import uuid4

import pytest

from connectors.indexes.elasticsearch import ElasticsearchIndex
from connectors.indexes.elasticsearch.connection import connect
from connectors.indexes.settings import ElasticsearchSettings
from infra.elasticsearch import ElasticsearchServer
from tests.connectors.indexes.contract import IndexContract, OpenIndex
from tests.connectors.indexes.samples import NOON
from tests.connectors.indexes.search_contract import SearchContract

pytestmark = pytest.mark.integration


def noon() -> datetime:
    return NOON


@pytest.fixture
def settings(elasticsearch: ElasticsearchServer) -> Iterator[ElasticsearchSettings]:
    """Indexes of the test's own, removed after it."""
    settings = ElasticsearchSettings(urls=(elasticsearch.url,), prefix=f"test-{uuid4().hex}-", timeout=60)
    yield settings
    with closing(connect(settings)) as client:
        made = client.indices.get(index=f"{settings.prefix}*")
        if made:
            client.indices.delete(index=list(made))


class TestElasticsearchIndex(IndexContract):
    @pytest.fixture
    def open_index(self, settings: ElasticsearchSettings) -> OpenIndex:
        return partial(ElasticsearchIndex, settings, noon)


class TestElasticsearchSearch(SearchContract):
    @pytest.fixture
    def open_index(self, settings: ElasticsearchSettings) -> OpenIndex:
        moments = count()
        return partial(ElasticsearchIndex, settings, lambda: NOON + timedelta(microseconds=next(moments)))
