"""Elasticsearch, SQLite and the matcher: one meaning, one order, the same pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from connectors.indexes.elasticsearch import ElasticsearchIndex
from connectors.indexes.settings import ElasticsearchSettings
from connectors.indexes.sqlite import SqliteIndex
from schemas.protocols import Index
from tests.one_meaning.agreement import Agreement
from tests.one_meaning.cases import Cases, Clock

pytestmark = pytest.mark.integration


class TestAgreement(Agreement):
    @pytest.fixture
    def homes(self, own_indexes: ElasticsearchSettings, tmp_path: Path) -> Iterator[list[Index]]:
        servers = ElasticsearchIndex(own_indexes, Clock())
        embedded = SqliteIndex(tmp_path / "index.sqlite", Clock())
        with closing(servers), closing(embedded):
            yield [servers, embedded]


class TestCases(Cases):
    @pytest.fixture
    def index(self, own_indexes: ElasticsearchSettings, clock: Clock) -> Iterator[Index]:
        with closing(ElasticsearchIndex(own_indexes, clock)) as index:
            yield index
