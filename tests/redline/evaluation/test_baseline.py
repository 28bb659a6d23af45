"""The baseline finds what words alone tell."""

from __future__ import annotations

from datetime import UTC, datetime

from redline.evaluation.baseline import Baseline
from schemas.gazetteer import load_gazetteer
from schemas.records import Article, EnrichedArticle
from schemas.taxonomy import load_taxonomy

BASELINE = Baseline(load_gazetteer(), load_taxonomy())


def read(text: str, title: str | None = None) -> EnrichedArticle:
    (article,) = BASELINE.read(
        [Article(id="a", feed="f", title=title, text=text, fetched=datetime(2026, 11, 20, tzinfo=UTC))]
    )
    return article


def test_the_nearest_name_before_a_threatening_word_speaks() -> None:
    text = 'The weather held. In Warsaw, Iran warned on Monday that it "will strike" ships. Nobody answered.'
    (statement,) = read(text).statements
    assert (statement.side, statement.speaker, statement.quote) == ("Iran", "Iran", "will strike")
    (evidence,) = statement.evidence
    assert text[evidence.start : evidence.end] == evidence.text == text[18:79]


def test_no_name_no_statement() -> None:
    assert read("It warned of consequences.").statements == ()


def test_names_and_topics() -> None:
    article = read("A friend of Anna Maria Bell left Kyiv. Ceasefire talks ended.", title="A quiet day")
    found = {(entity.name, entity.type) for entity in article.entities}
    assert found == {
        ("Anna Maria Bell", "PERSON"),
        ("Kyiv", "GPE"),
    }
    assert [topic.id for topic in article.topics] == ["ceasefire-talks"]
