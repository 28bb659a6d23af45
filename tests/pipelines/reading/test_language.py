"""The language of an article, by its words; by its feed where the words are too few."""

from __future__ import annotations

import pytest

from pipelines.reading.language import LanguageDetector
from schemas.records import Article
from tests.pipelines.reading.conftest import NOW


@pytest.fixture(scope="module")
def detector() -> LanguageDetector:
    return LanguageDetector(("en", "fr", "de", "ru"))


@pytest.mark.parametrize(
    ("title", "said", "language"),
    [
        ("The minister said that the border would stay closed until the talks were over.", None, "en"),
        ("Министр заявил, что граница останется закрытой до конца переговоров.", "en", "ru"),
        ("Le ministre a déclaré que la frontière resterait fermée jusqu'à la fin des pourparlers.", "en-GB", "fr"),
        ("Moskau warnt", "de-DE", "de"),
        ("12:30", "fr", "fr"),
        ("12:30", None, None),
    ],
)
def test_detect(detector: LanguageDetector, title: str, said: str | None, language: str | None) -> None:
    article = Article(id="a", feed="f", fetched=NOW, title=title, lang=said)
    assert detector.detect(article) == language
