"""Labelled and found statements are paired by evidence and side, and their slots compared."""

from __future__ import annotations

from typing import Any

import pytest

from redline.evaluation.match import Matcher, Pair
from schemas.gazetteer import load_gazetteer
from tests.redline.evaluation.found import found, reading
from tests.redline.evaluation.labelled import WARNING, statement, telling

MATCHER = Matcher(load_gazetteer())
LEAD, QUOTED = statement().evidence
NEXT = "Rain fell on the harbour all morning."


def test_one_shared_sentence_and_the_side_make_a_pair() -> None:
    label = telling()
    one = found(label, QUOTED, NEXT)
    match = MATCHER.statements(label, reading(label, one))
    assert match == ([Pair(label.statements[0], one)], [], [], [])


def test_another_side_is_one_missed_and_one_false() -> None:
    label = telling()
    one = found(label, LEAD, side="Sylvania")
    match = MATCHER.statements(label, reading(label, one))
    assert match == ([], [Pair(label.statements[0], one)], [], [])


def test_other_sentences_are_another_statement() -> None:
    label = telling()
    one = found(label, NEXT)
    match = MATCHER.statements(label, reading(label, one))
    assert match == ([], [], [label.statements[0]], [one])


def test_threat_and_counter_threat_in_one_sentence_go_to_their_sides() -> None:
    label = telling(statements=(statement(), statement(side="Sylvania", target_sides=(), claim="bay/b")))
    theirs, ours = found(label, LEAD, QUOTED, side="Sylvania"), found(label, LEAD)
    match = MATCHER.statements(label, reading(label, theirs, ours))
    assert match.right == [Pair(label.statements[0], ours), Pair(label.statements[1], theirs)]


def test_a_sentence_cut_otherwise_counts_if_half_of_it_is_shared() -> None:
    label = telling()
    half, little = WARNING[:60], WARNING[70:110]
    assert MATCHER.statements(label, reading(label, found(label, half))).right
    only_lead = telling(statements=(statement(evidence=(LEAD,)),))
    assert not MATCHER.statements(only_lead, reading(only_lead, found(only_lead, little))).right


def test_a_repeated_sentence_counts_wherever_it_stands() -> None:
    label = telling(title=QUOTED)
    in_title = found(label, QUOTED)
    assert in_title.evidence[0].field == "title"
    assert MATCHER.statements(label, reading(label, in_title)).right


@pytest.mark.parametrize(
    ("slot", "label", "read", "agree"),
    [
        ("speaker", {"speaker": "its president"}, {"speaker": "The President"}, True),
        ("speaker", {"speaker": "Volodymyr Zelensky"}, {"speaker": "Volodymyr Zelenskyy"}, True),
        ("speaker", {"speaker": "Rufus Firefly"}, {"speaker": "Firefly"}, False),
        ("speaker", {"speaker": "Rufus Firefly"}, {"speaker": None}, False),
        ("kind", {"kind": "threat"}, {"kind": "warning"}, False),
        ("role", {"role": None}, {"role": None}, None),
        ("role", {"role": "Foreign Minister of Russia"}, {"role": "foreign minister"}, True),
        ("target", {"target": "any Sylvanian ship that enters the bay"}, {"target": "Sylvanian ships"}, False),
        ("target", {"target": "any Sylvanian ship"}, {"target": "Sylvanian ships"}, True),
        ("target_sides", {"target_sides": ("Soviet Union",)}, {"target_sides": ("Russia",)}, True),
        ("target_sides", {"target_sides": ("Russia",)}, {"target_sides": ("Russia", "Iran")}, False),
        ("target_sides", {"target_sides": ()}, {"target_sides": ()}, None),
        ("condition", {"condition": None}, {"condition": "enters the bay"}, False),
        ("quote_verbatim", {"quote": "We will “sink” it"}, {"quote": 'We will "sink"  it,'}, True),
        ("quote_verbatim", {"quote": "We will sink it"}, {"quote": "we will sink it"}, False),
        ("quote_loose", {"quote": "We will sink it"}, {"quote": "we will sink"}, True),
    ],
)
def test_slots(slot: str, label: dict[str, Any], read: dict[str, Any], agree: bool | None) -> None:
    pair = Pair(statement(**label), found(telling(), LEAD, **read))
    assert MATCHER.slots(pair).get(slot) is agree
