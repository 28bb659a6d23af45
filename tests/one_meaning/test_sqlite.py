"""SQLite and the matcher: one meaning."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from connectors.indexes.sqlite import SqliteIndex
from schemas.protocols import Index
from tests.one_meaning.agreement import Agreement
from tests.one_meaning.cases import Cases, Clock


class TestAgreement(Agreement):
    @pytest.fixture
    def homes(self, tmp_path: Path) -> Iterator[list[Index]]:
        with closing(SqliteIndex(tmp_path / "index.sqlite", Clock())) as index:
            yield [index]


class TestCases(Cases):
    @pytest.fixture
    def index(self, tmp_path: Path, clock: Clock) -> Iterator[Index]:
        with closing(SqliteIndex(tmp_path / "index.sqlite", clock)) as index:
            yield index
