"""Alerts to send in tests."""

from datetime import UTC, datetime, timedelta

from connectors.channels.notice import Notice, Source
from schemas.records import Alert, Claim, Evidence, Member, Statement, Trace

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


def seconds(after_noon: float) -> datetime:
    return NOON + timedelta(seconds=after_noon)


STATEMENT = Statement(
    id="s1",
    article="a1",
    claim="c1",
    kind="threat",
    side="Norland",
    speaker="Ada Vik",
    role="Foreign Minister of Norland",
    target="a Southland patrol",
    target_sides=("Southland",),
    condition="if a patrol crosses the strait",
    consequence="it will be sunk",
    quote="it will be sunk",
    evidence=(Evidence(field="text", start=0, end=10, text="Ada Vik said."),),
    confidence=0.9,
    first_seen=NOON,
    version=1,
)
CLAIM = Claim(
    id="c1",
    kind="threat",
    side="Norland",
    speaker="Ada Vik",
    target_sides=("Southland",),
    condition="if a patrol crosses the strait",
    consequence="it will be sunk",
    quote="it will be sunk",
    confidence=0.9,
    members=(Member(statement="s1", article="a1", first_seen=NOON),),
    first_seen=NOON,
    last_seen=NOON,
    version=1,
    sightings=1,
    sources=1,
)
ALERT = Alert(
    id="alert1",
    watch="w1",
    article="a1",
    statement="s1",
    claim="c1",
    trace=Trace(published=NOON, fetched=seconds(1), enriched=seconds(1.5), matched=seconds(1.75)),
)
NOTICE = Notice(
    alert=ALERT,
    watch="All threats",
    sending=seconds(2),
    article=Source(id="a1", title="Strait of tension", url="https://post.example/strait", source="The Post"),
    statement=STATEMENT,
    claim=CLAIM,
)
