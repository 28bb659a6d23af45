"""Topics: a sentence about it makes one, a word in passing does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.reading.topics import TopicFinder
from schemas.records import TextField, TopicLabel
from schemas.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Span


@pytest.fixture(scope="module")
def finder() -> TopicFinder:
    return TopicFinder(load_taxonomy())


def find(finder: TopicFinder, nlp: Language, text: str) -> tuple[TopicLabel, ...]:
    sentences: list[tuple[TextField, Span]] = [("text", sentence) for sentence in nlp(text).sents]
    return finder.find(sentences)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("Peacekeepers from four nations arrived on the island.", {"peacekeeping"}),
        ("The council imposed new sanctions on six banks.", {"sanctions"}),
        (
            "The museum shows how sanctions and trade shaped the port. Visitors come for the ropes, the lamps and the"
            " herring fair. Children row in the old basin, and a choir of pilots sings on Sundays. The director, who"
            " began as a cook, wants a second roof before the autumn rain.",
            set(),
        ),
        ("Two drones violated Estonian airspace at dawn.", {"airspace-incursion"}),
        ("The sides swapped prisoners at the bridge; 40 prisoners of war came home.", {"prisoner-exchange"}),
        ("Both governments want security guarantees.", {"security-guarantees"}),
        ("There is no guarantee of rain.", set()),
        ("A new nuclear power plant hired cooks.", {"energy-security"}),
        ("The army urged drivers to exercise caution.", set()),
        ("The team won the trade and the talk of the town.", set()),
        ("Parliament called up reservists and ordered general mobilisation.", {"mobilisation"}),
    ],
)
def test_topics(finder: TopicFinder, nlp: Language, text: str, topics: set[str]) -> None:
    assert {label.id for label in find(finder, nlp, text)} == topics


def test_evidence_is_the_words_and_more_of_it_scores_more(finder: TopicFinder, nlp: Language) -> None:
    text = "The ceasefire talks failed. Mediators blamed both sides. New truce talks begin on Friday."
    (label,) = find(finder, nlp, text)
    assert "ceasefire talks" in [text[span.start : span.end] for span in label.evidence]
    assert label.score > find(finder, nlp, text[:27])[0].score
