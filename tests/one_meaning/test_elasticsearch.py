"""Elasticsearch and the matcher: one meaning, the same as SQLite's, in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from connectors.indexes.elasticsearch import ElasticsearchIndex
from connectors.indexes.settings import ElasticsearchSettings
from schemas.protocols import Index
from tests.one_meaning.agreement import Agreement
from tests.one_meaning.strategies import NOW

pytestmark = pytest.mark.integration


class TestElasticsearch(Agreement):
    @pytest.fixture
    def homes(self, own_indexes: ElasticsearchSettings) -> Iterator[list[Index]]:
        with closing(ElasticsearchIndex(own_indexes, lambda: NOW)) as index:
            yield [index]
