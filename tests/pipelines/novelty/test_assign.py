"""What an article gets of stories and claims, and what a reading with less than all leaves as it was."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.novelty.assign import Novelty
from schemas.records import EnrichedArticle, Evidence, Statement

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
_TEXT = "Any ship will be sunk, the general said."


def read(version: int, *, degraded: bool = False) -> EnrichedArticle:
    statement = Statement(
        id="s",
        article="a",
        kind="threat",
        side="Norway",
        evidence=(Evidence(field="text", start=0, end=len(_TEXT), text=_TEXT),),
        confidence=0.9,
        first_seen=NOW,
        version=version,
    )
    return EnrichedArticle(
        id="a",
        feed="f",
        fetched=NOW,
        version=version,
        text=_TEXT,
        statements=() if degraded else (statement,),
        degraded=degraded,
    )


def test_a_degraded_reading_retracts_nothing() -> None:
    novelty = Novelty()
    stored = novelty.assign(read(1), None).article
    again = novelty.assign(read(2, degraded=True), stored)
    (kept,) = again.article.statements
    assert (kept.id, kept.claim, kept.state, kept.version) == ("s", "s", None, 2)
    assert [claim.id for claim in again.claims] == ["s"]
    (later,) = novelty.assign(read(3), again.article).article.statements
    assert (later.id, later.state) == ("s", None)
