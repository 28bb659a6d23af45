"""The loaded models, once for all tests of reading."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pipelines.reading.models import load_model
from pipelines.reading.settings import ReadingSettings
from schemas.gazetteer import Gazetteer, load_gazetteer

if TYPE_CHECKING:
    from spacy.language import Language

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def nlp() -> Language:
    return load_model(ReadingSettings())


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load_gazetteer()
