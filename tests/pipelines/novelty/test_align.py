"""Statements of an article that is read again keep the ids that they were first given."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pipelines.novelty.align import align
from schemas.records import Evidence, Statement

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SENTENCES = (
    "The general said that any drone over the dam would be shot down.",
    "Ships that ignore the order will be boarded, the ministry warned.",
    "The envoy called the planned base unacceptable.",
)


def said(id_: str, sentence: str, side: str = "Tarn", *, start: int = 0, claim: str | None = None) -> Statement:
    evidence = Evidence(field="text", start=start, end=start + len(sentence), text=sentence)
    return Statement(
        id=id_, article="a", kind="threat", side=side, evidence=(evidence,), confidence=0.7, first_seen=NOON,
        version=1, claim=claim,
    )  # fmt: skip


def test_a_moved_and_edited_statement_keeps_id_and_claim() -> None:
    stored = [said("old", SENTENCES[0], claim="c1")]
    edited = said("new", SENTENCES[0].replace("any drone", "every drone"), start=40)
    (kept,) = align([edited], stored)
    assert (kept.id, kept.claim, kept.state) == ("old", "c1", None)
    assert kept.evidence == edited.evidence


def test_the_best_pairs_win_whatever_the_order() -> None:
    stored = [said("one", SENTENCES[0], claim="c1"), said("two", SENTENCES[1], claim="c2")]
    fresh = [said("x", SENTENCES[1], start=9), said("y", SENTENCES[0], start=90)]
    assert [(each.id, each.claim) for each in align(fresh, stored)] == [("two", "c2"), ("one", "c1")]


def test_a_vanished_statement_is_retracted_and_comes_back() -> None:
    stored = [said("one", SENTENCES[0], claim="c1")]
    gone = align([], stored)
    assert [each.state for each in gone] == ["retracted"]
    (back,) = align([said("x", SENTENCES[0])], gone)
    assert (back.id, back.state) == ("one", None)


def test_another_side_is_another_statement() -> None:
    new, old = align([said("x", SENTENCES[0], side="Veldia")], [said("one", SENTENCES[0], claim="c1")])
    assert (new.id, new.claim) == ("x", None)
    assert (old.id, old.state) == ("one", "retracted")


@given(st.lists(st.sampled_from(SENTENCES), unique=True), st.lists(st.sampled_from(SENTENCES), unique=True))
def test_nothing_is_lost_and_no_id_is_given_twice(read: list[str], stored: list[str]) -> None:
    before = [said(f"old-{sentence}", sentence, claim=f"claim-{sentence}") for sentence in stored]
    after = align([said(f"new-{sentence}", sentence) for sentence in read], before)
    assert len({each.id for each in after}) == len(after)
    assert {each.id for each in before} <= {each.id for each in after}
    assert len([each for each in after if each.state is None]) == len(read)
