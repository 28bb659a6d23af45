"""A document as the reader makes it: parsed by the English pipeline, its noise and entities found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipelines.reading.document import FIELDS, Document
from pipelines.reading.entities import EntityFinder
from pipelines.reading.models import load_model
from pipelines.reading.noise import NoiseFinder
from pipelines.reading.settings import ReadingSettings
from schemas.gazetteer import load_gazetteer
from schemas.records import Article

Understand = Callable[..., Document]


@pytest.fixture(scope="session")
def understand() -> Understand:
    """A function that makes a document of a text and, if given, a title."""
    nlp, gazetteer = load_model(ReadingSettings()), load_gazetteer()
    noise, entities = NoiseFinder(), EntityFinder(gazetteer)

    def parse(text: str, title: str | None = None) -> Document:
        fetched = datetime(2026, 11, 25, tzinfo=UTC)
        article = Article(id="a", feed="https://wire.example/feed", fetched=fetched, text=text, title=title)
        docs = {field: nlp(article.field(field)) for field in FIELDS if article.field(field)}
        bare = Document(article, "en", docs.get("title"), docs.get("text"), gazetteer, noise.find(article))
        return replace(bare, entities=entities.find(docs, bare.is_noise))

    return parse
