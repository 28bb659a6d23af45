"""A tiny labelled file whose every figure is computed by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from redline.evaluation.corpus import LabelledArticle, LabelledEntity, load
from redline.evaluation.evaluate import FIGURES, Bin, ClassRow, Evaluation, evaluate
from redline.evaluation.match import Matcher
from schemas.gazetteer import load_gazetteer
from schemas.records import EnrichedArticle, Entity, TopicLabel
from tests.redline.evaluation.found import found, reading
from tests.redline.evaluation.labelled import plain, statement, telling

CORPUS = Path(__file__).parents[3] / "corpus"
LEAD, QUOTED = statement().evidence
NEXT = "Rain fell on the harbour all morning."

# aa-001 reports claim a and is found whole, with a false statement beside it; aa-002 reports it again and is found
# under a claim of its own; aa-003 is missed; aa-004 is found for the wrong side; of the two without one, one fires.
FIRST = telling("aa-001")
AGAIN = telling("aa-002")
MISSED = telling("aa-003", entities=(LabelledEntity("Freedonia", "GPE"), LabelledEntity("Sylvania", "GPE")))
OTHER = telling("aa-004", (statement(side="Sylvania", target_sides=(), claim="bay/b"),), lang="fr")
QUIET, FIRES = plain("aa-005"), plain("aa-006", class_="recall")
LABELS = [FIRST, AGAIN, MISSED, OTHER, QUIET, FIRES]
FOUND = [
    reading(
        FIRST,
        found(FIRST, LEAD, QUOTED, claim="c1", confidence=0.95, speaker="The president", quote="We will sink it"),
        found(FIRST, NEXT, claim="c9", confidence=0.65),
        entities=(Entity(name="Freedonia", type="GPE"), Entity(name="Sylvanian", type="NORP")),
        topics=(TopicLabel(id="maritime-security", score=0.9),),
    ),
    reading(
        AGAIN,
        found(AGAIN, LEAD, claim="c2", confidence=0.9, kind="warning"),
        entities=(Entity(name="freedonia", type="ORG"),),
    ),
    reading(MISSED),
    reading(OTHER, found(OTHER, LEAD, claim="c3", confidence=0.6)),
    reading(QUIET),
    reading(FIRES, found(FIRES, NEXT, claim="c4", confidence=0.8)),
]


@pytest.fixture(scope="module")
def result() -> Evaluation:
    return evaluate(LABELS, FOUND, Matcher(load_gazetteer()), 1)


@pytest.mark.parametrize(
    ("figure", "precision", "recall", "value"),
    [
        ("articles", 3 / 4, 3 / 4, 3 / 4),  # fired: 001, 002, 004, 006; told: 001 to 004
        ("statements", 2 / 5, 2 / 4, 4 / 9),
        ("claims", 1, 1 / 2, 2 / 3),  # two reports of one claim under two
        ("entities_strict", 1 / 2, 1 / 5, 2 / 7),
        ("entities_name", 2 / 2, 2 / 5, 4 / 7),
        ("topics", 1 / 1, 1 / 4, 2 / 5),
        ("false_alarms", 1 / 2, 1 / 2, 1 / 2),
        ("side", 2 / 3, 2 / 3, 2 / 3),
        ("kind", 1 / 2, 1 / 2, 1 / 2),
        ("speaker", 1 / 2, 1 / 2, 1 / 2),
        ("quote_verbatim", 1 / 2, 1 / 2, 1 / 2),
        ("target_sides", 0, 0, 0),
    ],
)
def test_figures(result: Evaluation, figure: str, precision: float, recall: float, value: float) -> None:
    got = result.figures[figure]
    assert (got.precision, got.recall, got.value) == pytest.approx((precision, recall, value), abs=1e-4)


def test_a_slot_that_nobody_has_is_no_figure(result: Evaluation) -> None:
    assert "role" not in result.figures


def test_languages_apart(result: Evaluation) -> None:
    assert result.languages["en"]["statements"].recall == pytest.approx(2 / 3, abs=1e-4)
    assert result.languages["fr"]["statements"].value == 0


def test_classes(result: Evaluation) -> None:
    assert result.classes == (ClassRow("statement", 4, 3), ClassRow("ordinary", 1, 0), ClassRow("recall", 1, 1))


def test_reliability(result: Evaluation) -> None:
    assert result.reliability == (
        Bin(0.6, 0.7, 2, 0.625, 0.0),
        Bin(0.8, 0.9, 1, 0.8, 0.0),
        Bin(0.9, 1.0, 2, 0.925, 1.0),
    )


def test_what_is_missed_and_false_tells_what_is_there_instead(result: Evaluation) -> None:
    assert [(miss.article, miss.instead) for miss in result.misses] == [
        ("aa-003", "nothing found"),
        ("aa-004", f"there it has Freedonia's threat (0.60): {LEAD}"),
    ]
    assert [(false.article, false.evidence, false.instead) for false in result.false] == [
        ("aa-001", (NEXT,), "labelled elsewhere: Freedonia's threat"),
        ("aa-004", (LEAD,), "it is Sylvania's threat"),
        ("aa-006", (NEXT,), "the article is of class recall"),
    ]


def test_slips_tell_what_only_one_of_both_has(result: Evaluation) -> None:
    slips = {(slip.article, slip.what): (slip.labelled, slip.found) for slip in result.slips}
    assert slips["aa-002", "entities"] == (("Freedonia GPE",), ("freedonia ORG",))
    assert slips["aa-002", "kind"] == (("threat",), ("warning",))
    assert slips["aa-002", "speaker"] == (("its president",), ())
    assert slips["aa-001", "target_sides"] == (("Sylvania",), ())
    assert slips["aa-003", "topics"] == (("maritime-security",), ())
    assert ("aa-001", "topics") not in slips
    assert ("aa-001", "speaker") not in slips


def test_a_perfect_reader_gets_nothing_wrong_on_the_corpus() -> None:
    labels = load(CORPUS / "train.jsonl")
    evaluation = evaluate(labels, [as_labelled(label) for label in labels], Matcher(load_gazetteer()), 1)
    shares = {name: figure.value for name, figure in evaluation.figures.items()}
    assert set(shares) == set(FIGURES)
    assert {name for name, value in shares.items() if value != (name != "false_alarms")} == set()
    assert (evaluation.misses, evaluation.false, evaluation.slips) == ((), (), ())


def as_labelled(label: LabelledArticle) -> EnrichedArticle:
    """What a reader would give that finds just what is labelled."""
    slots = ("kind", "speaker", "role", "target", "target_sides", "condition", "consequence", "quote", "side", "claim")
    return reading(
        label,
        *(found(label, *one.evidence, **{slot: getattr(one, slot) for slot in slots}) for one in label.statements),
        entities=tuple(Entity(name=entity.name, type=entity.type) for entity in label.entities),
        topics=tuple(TopicLabel(id=topic, score=1.0) for topic in label.topics),
    )
