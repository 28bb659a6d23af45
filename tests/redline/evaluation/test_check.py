"""Every rule of the labels finds what breaks it, and nothing else."""

from __future__ import annotations

import pytest

from redline.evaluation.check import problems
from redline.evaluation.corpus import LabelledArticle, LabelledEntity
from tests.redline.evaluation.labelled import FILLER, WARNING, plain, statement, telling


def test_good_labels_have_no_problem() -> None:
    again = telling("bb-001", title=None)
    assert problems([telling(), again, plain("aa-002")]) == []


@pytest.mark.parametrize(
    ("article", "field", "message"),
    [
        (telling(hand="zz"), "id", "must begin with its hand: zz-"),
        (plain("aa-1", text="Too short."), "text", "2 words"),
        (plain("aa-1", text=f"{FILLER} " * 5), "text", "words, not 60 to 300"),
        (plain("aa-1", class_="statement"), "class", "statement with 0 statements"),
        (telling(class_="recall"), "class", "recall with 1 statements"),
        (telling(entities=(LabelledEntity("Atlantis", "LOC"),)), "entities", "not in the article: Atlantis"),
        (telling(entities=(LabelledEntity("Freedonia", "GPE"),) * 2), "entities", "twice: Freedonia"),
        (telling(topics=("gardening",)), "topics", "not in the taxonomy: gardening"),
        (telling(topics=("sanctions", "sanctions")), "topics", "twice: sanctions"),
        (telling(statements=(statement(), statement())), "claim", "twice: bay/a"),
        (telling(statements=(statement(target="all ships"),)), "statements[0].target", "not in the article: all ships"),
        (telling(statements=(statement(quote=""),)), "statements[0].quote", "not in the article"),
        (telling(statements=(statement(quote="slow but honest"),)), "statements[0].quote", "not in the evidence"),
        (telling(statements=(statement(evidence=()),)), "statements[0].evidence", "none"),
        (telling(statements=(statement(evidence=("Gone.",)),)), "statements[0].evidence", "not in the article: Gone."),
        (
            telling(statements=(statement(target_sides=("Freedonia",)),)),
            "statements[0].target_sides",
            "the side itself",
        ),
        (telling(statements=(statement(claim="lake/a"),)), "statements[0].claim", "must begin with its occasion: bay/"),
    ],
)
def test_a_broken_rule(article: LabelledArticle, field: str, message: str) -> None:
    found = problems([article])
    assert any(problem.field == field and message in problem.message for problem in found), found


@pytest.mark.parametrize(
    ("evidence", "whole"),
    [
        ("Freedonia will sink any Sylvanian ship that enters the bay, its president said.", True),
        ("Freedonia threatens ships", True),
        ("will sink any Sylvanian ship that enters the bay, its president said.", False),
        ("Freedonia will sink any Sylvanian ship", False),
        ('"We will sink it," he added.', True),
        ("he added.", False),
    ],
)
def test_evidence_is_whole_sentences(evidence: str, whole: bool) -> None:
    label = statement(evidence=(evidence,), condition=None, consequence=None, quote=None)
    found = problems([telling(statements=(label,))])
    assert [problem.message.startswith("no whole sentence") for problem in found] == ([] if whole else [True])


def test_a_sentence_may_follow_a_bullet_a_time_or_an_opening_mark() -> None:
    text = f"• {WARNING}\n\n14:30 {WARNING}\n\n“{WARNING}”\n\n{FILLER}"
    assert problems([telling(text=text)]) == []


def test_a_claim_is_of_one_side_and_one_sort() -> None:
    other_side = telling("aa-002", (statement(side="Sylvania", target_sides=()),))
    other_sort = telling("aa-003", (statement(kind="unacceptable"),))
    softer = telling("aa-004", (statement(kind="warning"),))
    found = problems([telling(), other_side, other_sort, softer])
    assert [(problem.article, problem.field) for problem in found] == [("aa-002", "claim"), ("aa-003", "claim")]
