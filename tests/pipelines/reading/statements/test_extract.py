"""Statements of whole articles: the founding article, ten parallels of it, and the field cases of attribution."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.reading.statements.extract import extract
from schemas.records import Statement
from tests.pipelines.reading.statements.conftest import Understand

HERE = Path(__file__).parent
REFERENCE = HERE.parents[3] / ".." / "shared" / "data" / "reference" / "article.txt"
PARALLELS = [json.loads(line) for line in (HERE / "parallels.jsonl").read_text("utf-8").splitlines()]


def told(statement: Statement) -> dict[str, Any]:
    """``statement`` in the terms of ``parallels.jsonl``."""
    return {
        "kind": statement.kind,
        "side": statement.side,
        "speaker": statement.speaker,
        "role": statement.role,
        "quote": statement.quote,
        "sentences": len(statement.evidence),
    }


@pytest.mark.skipif(not REFERENCE.exists(), reason="the shared data are not here")
def test_the_founding_article(understand: Understand) -> None:
    threat, refusal = extract(understand(REFERENCE.read_text("utf-8")))
    quote = (
        "If any troops appear there, especially now while fighting is ongoing, "
        "we assume that they will be legitimate targets"
    )
    assert told(threat) == {
        "kind": "threat",
        "side": "Russia",
        "speaker": "Vladimir Putin",
        "role": "President of Russia",
        "quote": quote,
        "sentences": 2,
    }
    assert threat.target == "foreign troops"
    assert threat.condition == "If any troops appear there, especially now while fighting is ongoing"
    assert threat.consequence == "legitimate targets"
    assert (refusal.kind, refusal.side, refusal.speaker) == ("unacceptable", "Russia", "Moscow")
    assert (refusal.target, refusal.quote) == ("reassurance force", "unacceptable")


@pytest.mark.parametrize("parallel", PARALLELS, ids=lambda parallel: parallel["id"])
def test_parallels_of_it(understand: Understand, parallel: dict[str, Any]) -> None:
    found = [told(statement) for statement in extract(understand(parallel["text"]))]
    assert len(found) == len(parallel["expected"])
    for statement, expected in zip(found, parallel["expected"], strict=True):
        assert {slot: statement[slot] for slot in expected} == expected


def test_abbreviations_do_not_tear_a_name_or_its_sentence(understand: Understand) -> None:
    text = (
        "Lt. Gen. Mark A. Rowland, the head of the U.S. Seventh Guard, said on Nov. 3 that "
        '"any boat that comes within 5 nm. of St. Anselm Island will be sunk." '
        "Adm. P. R. Haverly agreed. No. 2 in the ministry, Gov. J. T. Ahl, did not."
    )
    (statement,) = extract(understand(text))
    assert (statement.speaker, statement.role, statement.side) == ("Mark A. Rowland", "Lt. Gen.", "United States")
    assert statement.quote == "any boat that comes within 5 nm. of St. Anselm Island will be sunk"
    (evidence,) = statement.evidence
    assert evidence.text.startswith("Lt. Gen.")
    assert evidence.text.endswith('sunk."')


@pytest.mark.parametrize("dash", ["-", "–", "—"])
def test_a_name_after_a_dash_and_one_announced_in_the_line_before(understand: Understand, dash: str) -> None:
    text = (
        "The government published two answers to the incident on Thursday.\n\n"
        "“Any drone over our ports will be shot down without warning.” "
        f"{dash} Latvian Defence Minister Ilse Martena\n\n"
        "And from Lithuanian President Oskaras Lindas:\n\n"
        "“If the pipeline is touched again, we will close the strait to your ships”\n\n"
        "The neighbours did not reply."
    )
    latvia, lithuania = extract(understand(text))
    assert (latvia.speaker, latvia.side) == ("Ilse Martena", "Latvia")
    assert latvia.quote == "Any drone over our ports will be shot down without warning"
    assert (lithuania.speaker, lithuania.side) == ("Oskaras Lindas", "Lithuania")
    assert lithuania.quote == "If the pipeline is touched again, we will close the strait to your ships"


def test_he_is_the_last_subject_and_the_dateline_makes_no_side(understand: Understand) -> None:
    text = (
        "BEIRUT - Lebanese President Halim Osta received Bulgarian General Viktor Danev on Monday. Osta praised the "
        'truce. Danev left early for the airport. "If the bridge is touched again, we will answer with missiles," he '
        "told reporters there before boarding his flight to Sofia."
    )
    (statement,) = extract(understand(text))
    assert (statement.speaker, statement.role, statement.side) == ("Viktor Danev", "General", "Bulgaria")
    assert statement.condition == "If the bridge is touched again"
    assert statement.quote == "If the bridge is touched again, we will answer with missiles"


@pytest.mark.parametrize("parallel", PARALLELS, ids=lambda parallel: parallel["id"])
def test_every_slot_is_a_verbatim_span_of_the_article(understand: Understand, parallel: dict[str, Any]) -> None:
    document = understand(parallel["text"])
    for statement in extract(document):
        for evidence in statement.evidence:
            assert document.article.field(evidence.field)[evidence.start : evidence.end] == evidence.text
        for slot in ("target", "condition", "consequence", "quote"):
            words = [
                document.article.field(span.field)[span.start : span.end] for span in getattr(statement.spans, slot)
            ]
            assert words == ([getattr(statement, slot)] if getattr(statement, slot) else [])
