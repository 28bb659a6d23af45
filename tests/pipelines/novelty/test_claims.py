"""Re-reports fold into one claim; different warnings of one side on one day stay apart."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pipelines.novelty.claims import Claims
from pipelines.novelty.likeness import Fingerprint
from pipelines.reading.encoder import load_encoder
from pipelines.reading.statements.meaning import packed
from schemas.records import Claim, Evidence, Statement

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
WARNINGS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("wordings.toml").read_text(encoding="utf-8"))[
    "warning"
]


@cache
def vector(evidence: str) -> bytes:
    return packed([evidence], load_encoder())[0]


def statement(name: str, number: int, wording: dict[str, Any], **changes: Any) -> Statement:
    evidence = Evidence(field="text", start=0, end=len(wording["evidence"]), text=wording["evidence"])
    fields: dict[str, Any] = {
        "id": f"{name}-{number}",
        "article": f"article-{name}-{number}",
        "kind": "threat",
        "side": "Tarn",
        "evidence": (evidence,),
        "confidence": 0.8,
        "first_seen": MONDAY + timedelta(minutes=number),
        "version": 1,
        "source": f"outlet {number}",
        "target_sides": tuple(wording.get("target_sides", ())),
        "vector": vector(wording["evidence"]),
        **{slot: wording.get(slot) for slot in ("target", "condition", "consequence", "quote")},
    }
    return Statement(**fields | changes)


def statements(warning: dict[str, Any]) -> list[Statement]:
    return [statement(warning["name"], number, wording) for number, wording in enumerate(warning["wording"])]


def enter(claims: Claims, said: Statement) -> Claim:
    claim = claims.find(said) or said.id
    return claims.report(Statement(**{name: getattr(said, name) for name in said.__struct_fields__} | {"claim": claim}))


@pytest.mark.parametrize("warning", WARNINGS, ids=lambda warning: warning["name"])
def test_rereports_of_a_warning_are_one_claim_in_whatever_order_they_come(warning: dict[str, Any]) -> None:
    for order in permutations(statements(warning)):
        claims = Claims()
        ids = {enter(claims, said).id for said in order}
        assert ids == {order[0].id}


@pytest.mark.parametrize(("one", "other"), list(combinations(WARNINGS, 2)), ids=lambda warning: warning["name"])
def test_different_warnings_of_one_side_on_one_day_are_two_claims(one: dict[str, Any], other: dict[str, Any]) -> None:
    for first in statements(one):
        for second in statements(other):
            assert not Fingerprint.of(first).likeness(Fingerprint.of(second)).same, (first.id, second.id)


def test_the_same_words_of_another_side_are_another_claim() -> None:
    first, *_ = statements(WARNINGS[0])
    claims = Claims()
    enter(claims, first)
    assert claims.find(statement("other", 1, WARNINGS[0]["wording"][0], side="Veldia")) is None


def test_a_threat_and_an_unacceptable_about_one_matter_are_two_claims() -> None:
    wording = WARNINGS[0]["wording"]
    claims = Claims()
    enter(claims, statement("threat", 1, wording[0]))
    assert claims.find(statement("unacceptable", 2, wording[1], kind="unacceptable")) is None


def test_figures_are_computed_from_the_members() -> None:
    wording = WARNINGS[0]["wording"]
    claims = Claims()
    enter(claims, statement("a", 5, wording[0], published=MONDAY, lang="en", source="Late"))
    claim = enter(
        claims, statement("b", 7, wording[1], published=MONDAY - timedelta(hours=1), lang="en", source="Early")
    )
    assert (claim.sightings, claim.sources, claim.languages) == (2, 2, ("en",))
    assert claim.first_source == "Early"
    assert claim.first_seen == MONDAY + timedelta(minutes=5)
    assert claim.last_seen == MONDAY + timedelta(minutes=7)


def test_the_clearest_statement_gives_the_words() -> None:
    wording = WARNINGS[0]["wording"]
    claims = Claims()
    enter(claims, statement("a", 1, wording[1], confidence=0.6))
    claim = enter(claims, statement("b", 2, wording[0], confidence=0.9))
    assert claim.id == "a-1"
    assert claim.quote == wording[0]["quote"]
    assert claim.confidence == 0.9


def test_a_repeated_report_changes_nothing_and_a_retraction_is_marked() -> None:
    claims = Claims()
    first = enter(claims, statement("a", 1, WARNINGS[0]["wording"][0]))
    again = enter(claims, statement("a", 1, WARNINGS[0]["wording"][0], claim=first.id))
    assert again == first
    gone = claims.report(statement("a", 1, WARNINGS[0]["wording"][0], claim=first.id, state="retracted"))
    assert gone.version == first.version + 1
    assert [member.retracted for member in gone.members] == [True]


def test_nearest_is_the_most_similar_earlier_claim_of_the_side() -> None:
    claims = Claims()
    enter(claims, statements(WARNINGS[1])[0])
    enter(claims, statements(WARNINGS[2])[0])
    later = statement("later", 30, WARNINGS[2]["wording"][1], kind="unacceptable", claim="later-30")
    claims.report(later)
    nearest = claims.nearest(later)
    assert nearest is not None
    assert nearest.claim == "missiles-0"
    assert 0 < nearest.similarity <= 1


def test_the_words_of_the_only_statement_that_stands_are_those_of_its_last_reading() -> None:
    claims = Claims()
    first = statement("a", 0, WARNINGS[0]["wording"][0], claim="a-0", speaker="A Spokesman", confidence=0.9)
    claims.report(first)
    again = claims.report(replace(first, speaker="Ola Brandt", confidence=0.7))
    assert (again.speaker, again.confidence) == ("Ola Brandt", 0.7)
    other = statement("b", 1, WARNINGS[0]["wording"][0], claim="a-0", speaker="Someone", confidence=0.6)
    assert claims.report(other).speaker == "Ola Brandt", "it is less clear than the first"
    assert claims.report(replace(first, state="retracted")).speaker == "Ola Brandt"
    assert claims.report(other).speaker == "Someone", "nothing else stands"
