"""The reader: articles in, enriched articles out, in order, with every offset an offset of the record."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.reading.reader import Reader
from pipelines.reading.settings import ReadingSettings
from schemas.records import Article
from tests.pipelines.reading.conftest import NOW

REFERENCE = Path(__file__).parents[3] / ".." / "shared" / "data" / "reference" / "article.txt"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(ReadingSettings(), lambda: NOW)


def article(id_: str, text: str, title: str | None = None) -> Article:
    return Article(id=id_, feed="https://news.example/feed", fetched=NOW, text=text, title=title)


def test_articles_come_back_in_order_with_what_was_found(reader: Reader) -> None:
    english = article("en", "Peacekeepers reached Cyprus on Monday.\n\nREAD ALSO: France Sends Ships", "Troops land")
    russian = article("ru", "Министр заявил в понедельник, что граница с Латвией останется закрытой.")
    first, second, third = reader.read([english, russian, english])
    assert [a.id for a in (first, second, third)] == ["en", "ru", "en"]
    assert (first.lang, second.lang) == ("en", "ru")
    assert [(e.name, e.id) for e in first.entities] == [("Cyprus", "CY")]
    assert [t.id for t in first.topics] == ["peacekeeping"]
    assert first.enriched == NOW
    assert first.model
    assert first == third
    assert (second.entities, second.topics, second.statements) == ((), (), ())
    assert second.signature is not None


def test_all_spans_lie_on_the_words_they_mean(reader: Reader) -> None:
    text = "  Oslo — “No ship passes,” said Norway’s envoy Kari Lund.\n\n\tLund left 🚢 for Oslo. "
    (read,) = reader.read([article("a", text, "Envoy of Norway speaks 🚢 in Oslo")])
    for entity in read.entities:
        for mention in entity.mentions:
            assert read.field(mention.field)[mention.start : mention.end] in {"Oslo", "Norway", "Kari Lund", "Lund"}
    assert {entity.name for entity in read.entities} == {"Oslo", "Norway", "Kari Lund"}


def test_words_of_noise_do_not_change_the_signature(reader: Reader) -> None:
    plain = article("a", "The port reopened on Monday.\n\nShips came back.")
    noisy = article("b", "The port reopened on Monday.\n\nADVERTISEMENT\n\nShips came back.")
    assert len({read.signature for read in reader.read([plain, noisy])}) == 1


def test_a_degraded_reading_says_so_and_finds_no_statement() -> None:
    degraded = Reader(ReadingSettings(model="en_core_web_none", degraded=True), lambda: NOW)
    (read,) = degraded.read(
        [article("a", "Norway's envoy spoke to peacekeepers in Oslo: “We will sink every ship of Denmark.”")]
    )
    assert read.degraded
    assert read.statements == ()
    assert read.model["pipeline"] == "blank"
    assert {entity.id for entity in read.entities} >= {"NO", "DK"}
    assert "peacekeeping" in {topic.id for topic in read.topics}


def test_an_article_with_only_a_title(reader: Reader) -> None:
    (read,) = reader.read([Article(id="t", feed="f", fetched=NOW, title="Ukraine and Poland sign a trade agreement")])
    assert [entity.id for entity in read.entities] == ["UA", "PL"]


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference article lies beside the project, not in it")
def test_the_reference_article(reader: Reader) -> None:
    (read,) = reader.read([article("ref", REFERENCE.read_text(encoding="utf-8"))])
    assert {topic.id for topic in read.topics} == {
        "peacekeeping",
        "nato-expansion",
        "security-guarantees",
        "ceasefire-talks",
    }
    found = {entity.name: entity.type for entity in read.entities if entity.type != "NORP"}
    assert found == {
        "Vladimir Putin": "PERSON",
        "Emmanuel Macron": "PERSON",
        "Volodymyr Zelenskyy": "PERSON",
        "Ukraine": "GPE",
        "Russia": "GPE",
        "Moscow": "GPE",
        "Kyiv": "GPE",
        "Vladivostok": "GPE",
        "Crimea": "GPE",
        "China": "GPE",
        "India": "GPE",
        "NATO": "ORG",
        "UN General Assembly": "ORG",
        "Eastern Economic Forum": "EVENT",
    }


@pytest.mark.parametrize("text", ["“‘" * 50_000, "1\n" * 50_000, ". " * 50_000, "🚢" * 100_000])
def test_a_page_of_signs_is_read_in_time_and_memory(text: str) -> None:
    degraded = Reader(ReadingSettings(degraded=True), lambda: NOW)
    signs = Article(id="a", feed="f", fetched=NOW, text=text, lang="en")
    (document,) = degraded.documents([signs])
    assert document.text is not None
    assert len(document.text) <= 25_000
    assert text.startswith(document.text.text) or not document.text.text.strip()
