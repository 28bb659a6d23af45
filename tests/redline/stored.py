"""A few invented records as the pipeline stores them, for the commands to find."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from schemas.protocols import Index
from schemas.records import (
    Alert,
    Claim,
    EnrichedArticle,
    Evidence,
    Member,
    Nearest,
    Reason,
    Record,
    Statement,
    TopicLabel,
    Trace,
    Watch,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SENTENCE = "Any ship that enters the Strait of Lorn will be sunk, President Ada Korr of Valdia said."


def statement(number: int, claim: int, seen: datetime = NOW) -> Statement:
    """Statement ``number`` of article ``number``, a report of claim ``claim``."""
    return Statement(
        id=f"s{number}",
        article=f"a{number}",
        claim=f"s{claim}",
        kind="threat",
        side="Valdia",
        speaker="Ada Korr",
        role="President of Valdia",
        target="any ship",
        target_sides=("Ostmark",),
        condition="that enters the Strait of Lorn",
        consequence="will be sunk",
        quote="Any ship will be sunk" if number == 1 else None,
        evidence=(Evidence(field="text", start=0, end=len(SENTENCE), text=SENTENCE),),
        confidence=0.9,
        first_seen=seen,
        version=1,
        lang="en",
        source=f"Paper {number}",
        url=f"https://paper{number}.example/lorn",
    )


def article(number: int, seen: datetime = NOW, *said: Statement) -> EnrichedArticle:
    """Article ``number``; only those with statements speak of ships."""
    return EnrichedArticle(
        id=f"a{number}",
        feed=f"https://paper{number}.example/feed",
        source=f"Paper {number}",
        url=f"https://paper{number}.example/lorn",
        title="Valdia warns of war in the strait" if said else "Rain expected on Sunday",
        text=SENTENCE + "\n\nOstmark did not answer." if said else "Take an umbrella.",
        fetched=seen,
        published=seen - timedelta(minutes=1),
        lang="en",
        story="a1" if said else f"a{number}",
        statements=said,
        topics=(TopicLabel(id="maritime-security", score=0.8),) if said else (),
    )


def store(index: Index) -> None:
    """Three articles, a minute apart: two reports of one claim, and the weather; and the alert about the claim."""
    first, second, third = (NOW + timedelta(minutes=minute) for minute in range(3))
    told, again = statement(1, 1, first), statement(2, 1, second)
    members = tuple(Member(statement=s.id, article=s.article, first_seen=s.first_seen) for s in (told, again))
    claim = Claim(
        id="s1",
        side="Valdia",
        speaker="Ada Korr",
        kind="threat",
        target_sides=("Ostmark",),
        quote=told.quote,
        confidence=0.9,
        members=members,
        first_seen=first,
        last_seen=second,
        version=1,
        sightings=2,
        sources=2,
        first_source="Paper 1",
        languages=("en",),
    )
    alert = Alert(
        id="alert1",
        watch="w1",
        article="a1",
        statement="s1",
        claim="s1",
        why=(Reason(clause="ship", field="target", start=4, end=8), Reason(clause="side:valdia", field="side")),
        nearest=Nearest(claim="s0", first_seen=NOW, similarity=0.4),
        trace=Trace(fetched=first, matched=first + timedelta(seconds=2), published=first - timedelta(minutes=1)),
    )
    stored: dict[str, list[Record]] = {
        "articles": [article(1, first, told), article(2, second, again), article(3, third)],
        "statements": [told, again],
        "claims": [claim],
        "alerts": [alert],
        "watches": [Watch(id="w1", name="the strait", query="ship", created=NOW)],
    }
    for name, records in stored.items():
        index.upsert(name, records)
        index.refresh(name)
