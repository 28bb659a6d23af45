"""Who speaks, for which side: named later, by title, by pronoun, or only by what the article is about."""

from __future__ import annotations

import pytest

from pipelines.reading.statements.attribution import attribute
from pipelines.reading.statements.cast import Cast
from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.passages import sentences
from tests.pipelines.reading.statements.conftest import Understand

SPEAKERS: dict[str, tuple[str, str, str | None, str | None]] = {
    "its minister, of the side that acts": (
        "Moldova will sink any barge that enters the canal, its defence minister said on Monday.",
        "sink",
        "its defence minister",
        "Moldova",
    ),
    "a title that is named later": (
        "Any barge would be sunk, the Latvian defence minister said. Then the minister, Ilse Martena, left.",
        "sunk",
        "Ilse Martena",
        "Latvia",
    ),
    "a visitor is named where he speaks": (
        "In Tallinn, Defence Minister Jaan Veskimets swore that one more overflight would be answered with missiles.",
        "answered",
        "Jaan Veskimets",
        "Estonia",
    ),
    "a name after the verb, within the words": (
        "The barges, said Estonian Admiral Jaan Veskimets, would be sunk.",
        "sunk",
        "Jaan Veskimets",
        "Estonia",
    ),
    "the verb where a long quotation ends": (
        '"This was the last barge. The next will be sunk. We wait for it," Estonian Admiral Jaan Veskimets said.',
        "sunk",
        "Jaan Veskimets",
        "Estonia",
    ),
    "an adviser is not the one advised": (
        "An adviser to Estonian Prime Minister Jaan Veskimets said the barge would be sunk.",
        "sunk",
        "adviser to Estonian Prime Minister Jaan Veskimets",
        "Estonia",
    ),
    "made known": (
        "The Estonian foreign ministry has let it be known that the barge will be sunk.",
        "sunk",
        "Estonian foreign ministry",
        "Estonia",
    ),
    "a verb that says something with certain words only": (
        "NATO gave the garrison ten days to leave the bridge or be sunk.",
        "sunk",
        "NATO",
        "NATO",
    ),
    "let them know, with much between": (
        "The Estonian navy let the skippers of the fishing fleet know that a barge would be sunk.",
        "sunk",
        "Estonian navy",
        "Estonia",
    ),
    "the title stands in the sentence before": (
        'Estonia\'s energy minister had brought a valve. "The barge will be sunk," said Kaarel Tammsaar.',
        "sunk",
        "Kaarel Tammsaar",
        "Estonia",
    ),
    "whoever the sentence before is about": (
        'Estonian Admiral Jaan Veskimets shrugged. "Let them come. The barge will be sunk."',
        "sunk",
        "Jaan Veskimets",
        "Estonia",
    ),
    "one sent to a state is not its own": (
        "Jaan Veskimets, the ambassador in Riga of Estonia, said the barge would be sunk.",
        "sunk",
        "Jaan Veskimets",
        "Estonia",
    ),
    "a state's man, without a title": (
        "The barge will be sunk, Hezbollah's Wafic Nasrawi told a radio station.",
        "sunk",
        "Wafic Nasrawi",
        "Hezbollah",
    ),
    "a name that tells two sides apart": (
        "A German barge came near a Finnish one. The barge will be sunk, General Mikko Hallavaara said.",
        "sunk",
        "Mikko Hallavaara",
        "Finland",
    ),
    "it is none of the words said": (
        "The Estonian note was short. Unless Riga pays, it said, the barge will be sunk.",
        "sunk",
        "Estonian note",
        "Estonia",
    ),
    "an analyst": ("Analyst Jaan Veskimets said that Estonia would sink the barge.", "sink", None, None),
}


@pytest.mark.parametrize("name", SPEAKERS)
def test_speaker(understand: Understand, name: str) -> None:
    text, word, speaker, side = SPEAKERS[name]
    document = understand(text)
    read = sentences(document)
    sentence, token = next((s, t) for s in read for t in s.span if t.text == word)
    attribution = attribute(Cue("harm", token, token.doc[token.i : token.i + 1]), sentence, read)
    assert attribution is not None
    before = [s for s in read if s.index < attribution.sentence.index]
    actor = Cast(document).resolve(attribution.source, attribution.sentence, before)
    found = (actor.name, actor.side) if actor is not None else (None, None)
    assert found == (speaker, side)
