"""Condition and consequence in their many forms, and the own words after an indirect report."""

from __future__ import annotations

import pytest

from pipelines.reading.statements.attribution import attribute
from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.extract import extract
from pipelines.reading.statements.passages import sentences
from pipelines.reading.statements.slots import fill
from tests.pipelines.reading.statements.conftest import Understand

SLOTS: dict[str, tuple[str, str, str | None, str | None]] = {
    "if": (
        "Latvia said it would close the strait if the pipeline is touched again.",
        "close",
        "if the pipeline is touched again",
        "would close the strait",
    ),
    "should, turned round": (
        "Should a single barge enter the canal, Latvia said, the fleet will sink it.",
        "sink",
        "Should a single barge enter the canal",
        "the fleet will sink it",
    ),
    "whoever is the subject": (
        "Latvia warned that any army that sets foot on the island would meet an army.",
        "meet",
        "any army that sets foot on the island",
        "would meet an army",
    ),
    "as long as": (
        "Latvia said it would shell the port as long as the blockade lasted.",
        "shell",
        "as long as the blockade lasted",
        "would shell the port",
    ),
    "a quotation within": (
        'Latvia said it would "sink the whole fleet" if the pipeline is touched again.',
        "sink",
        "if the pipeline is touched again",
        'would "sink the whole fleet"',
    ),
}


@pytest.mark.parametrize("name", SLOTS)
def test_slots(understand: Understand, name: str) -> None:
    text, word, condition, consequence = SLOTS[name]
    read = sentences(understand(text))
    sentence, token = next((s, t) for s in read for t in s.span if t.text == word)
    cue = Cue("harm", token, token.doc[token.i : token.i + 1])
    attribution = attribute(cue, sentence, read)
    assert attribution is not None
    filled = fill(cue, sentence, attribution)
    assert (filled.condition and filled.condition.text, filled.consequence and filled.consequence.text) == (
        condition,
        consequence,
    )


def test_an_indirect_report_gets_the_quotation_and_the_name_after_it(understand: Understand) -> None:
    text = (
        "Riga warned on Monday that Latvia will sink any Russian warship that enters its waters.\n\n"
        '"We have counted to three for the last time," Latvian Defence Minister Ilse Martena told reporters.'
    )
    (statement,) = extract(understand(text))
    assert statement.quote == "We have counted to three for the last time"
    assert (statement.speaker, statement.side, len(statement.evidence)) == ("Ilse Martena", "Latvia", 2)
