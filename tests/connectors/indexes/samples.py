"""Small records of every index for the tests of its homes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.records import (
    Alert,
    Claim,
    DeadLetter,
    Delivery,
    EnrichedArticle,
    Entity,
    Evidence,
    Mark,
    Member,
    Record,
    Statement,
    TopicLabel,
    Trace,
    Watch,
)

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def minutes(count: float) -> datetime:
    """``count`` minutes after noon."""
    return NOON + timedelta(minutes=count)


def article(id: str = "a1", title: str = "A canal is closed", at: float = 0, **more: Any) -> EnrichedArticle:
    """An article fetched ``at`` minutes after noon."""
    given = {"feed": "https://paper.example/feed", "fetched": minutes(at), "version": 1, **more}
    return EnrichedArticle(id=id, title=title, **given)


def statement(id: str = "s1", evidence: str = "We will answer.", at: float = 0, **more: Any) -> Statement:
    """A statement of Torvia first seen ``at`` minutes after noon."""
    piece = Evidence(field="text", start=0, end=len(evidence), text=evidence)
    given = {"article": "a1", "kind": "threat", "side": "Torvia", "confidence": 0.5, "version": 1, **more}
    return Statement(id=id, evidence=(piece,), first_seen=minutes(at), **given)


def claim(id: str = "s1", at: float = 0, **more: Any) -> Claim:
    """A claim of Torvia with one member, first seen ``at`` minutes after noon."""
    member = Member(statement=id, article="a1", first_seen=minutes(at), source="Paper")
    given = {"side": "Torvia", "kind": "threat", "confidence": 0.5, "members": (member,), "version": 1, **more}
    return Claim(id=id, first_seen=minutes(at), last_seen=minutes(at), sightings=1, sources=1, **given)


def alert(id: str = "t1", **more: Any) -> Alert:
    """An alert of the watch ``w1``."""
    return Alert(id=id, watch="w1", article="a1", trace=Trace(fetched=NOON, matched=NOON), **more)


def mark(id: str = "owner", **data: Any) -> Mark:
    """A mark that holds ``data``."""
    return Mark(id=id, data=data)


def one_of_each() -> dict[str, Record]:
    """A record of each index, with fields of every type."""
    return {
        "articles": article(
            text="Ωμέγα \x00 'quoted' \"twice\"",
            published=minutes(-1.5),
            entities=(Entity(name="Torvia", type="GPE", id="TV"),),
            topics=(TopicLabel(id="sanctions", score=0.5),),
            statements=(statement(),),
            model={"en": "1"},
        ),
        "statements": statement(quote="We will answer", target_sides=("Norland",)),
        "claims": claim(languages=("en", "ru")),
        "alerts": alert(claim="s1"),
        "deliveries": Delivery(id="t1/webhook", alert="t1", channel="webhook", tries=2, delivered=NOON),
        "watches": Watch(id="w1", name="Torvia", query="side:torvia", created=NOON, deliver=("terminal",)),
        "dead-letters": DeadLetter(
            id="articles/0/7",
            record=b"\x00\xff{",
            topic="articles",
            partition=0,
            offset=7,
            stage="decode",
            error="no JSON",
            failed=NOON,
        ),
        "marks": mark(holder="me", nested={"list": [1, None]}),
    }
