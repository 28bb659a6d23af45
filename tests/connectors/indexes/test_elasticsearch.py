"""The index on servers keeps the contract, and what only a server can do wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from itertools import count

import pytest

from connectors.indexes.elasticsearch import ElasticsearchIndex
from connectors.indexes.settings import ElasticsearchSettings
from tests.connectors.indexes.contract import IndexContract, OpenIndex
from tests.connectors.indexes.samples import NOON
from tests.connectors.indexes.search_contract import SearchContract

pytestmark = pytest.mark.integration


def noon() -> datetime:
    return NOON


class TestElasticsearchIndex(IndexContract):
    @pytest.fixture
    def open_index(self, own_indexes: ElasticsearchSettings) -> OpenIndex:
        return partial(ElasticsearchIndex, own_indexes, noon)


class TestElasticsearchSearch(SearchContract):
    @pytest.fixture
    def open_index(self, own_indexes: ElasticsearchSettings) -> OpenIndex:
        moments = count()
        return partial(ElasticsearchIndex, own_indexes, lambda: NOON + timedelta(microseconds=next(moments)))
