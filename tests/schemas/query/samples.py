"""Small records for the tests of the query language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from schemas.records import Claim, EnrichedArticle, Evidence, Member, Statement

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def article(title: str = "A title", text: str | None = None, **more: Any) -> EnrichedArticle:
    """An article that was fetched at noon."""
    return replace(
        EnrichedArticle(id="a1", feed="https://x.example/feed", fetched=NOON, title=title, text=text), **more
    )


def statement(*evidence: str, **more: Any) -> Statement:
    """A threat of Torvia whose evidence starts at character 10 of its article's text."""
    pieces = tuple(Evidence(field="text", start=10, end=10 + len(text), text=text) for text in evidence)
    made = Statement(
        id="s1",
        article="a1",
        claim="s1",
        kind="threat",
        side="Torvia",
        evidence=pieces,
        confidence=0.75,
        first_seen=NOON,
        version=1,
    )
    return replace(made, **more)


def claim(*, retracted: tuple[bool, ...] = (False,), **more: Any) -> Claim:
    """A threat of Torvia with one member for each of ``retracted``."""
    members = tuple(
        Member(statement=f"s{n}", article=f"a{n}", first_seen=NOON, source=f"Paper {n}", lang="en", retracted=gone)
        for n, gone in enumerate(retracted)
    )
    made = Claim(
        id="s0",
        side="Torvia",
        kind="threat",
        confidence=0.75,
        members=members,
        first_seen=NOON,
        last_seen=NOON,
        version=1,
        sightings=len(members),
        sources=len(members),
    )
    return replace(made, **more)
