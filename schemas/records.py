"""The records that travel between the parts: articles, statements, claims, alerts, watches and the rest.

Every record is a frozen msgspec struct. Times are aware datetimes in UTC (RFC 3339 on the wire). Offsets count
Unicode characters from 0, end exclusive, in the named field. A field that does not apply is absent on the wire and
``None`` (or an empty tuple) here. Readers ignore fields that they do not know.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

TextField = Literal["title", "text"]
Kind = Literal["threat", "red_line", "ultimatum", "warning", "unacceptable"]
_UNSET = datetime.min.replace(tzinfo=UTC)
Time = Annotated[datetime, Meta(tz=True)]
Score = Annotated[float, Meta(ge=0.0, le=1.0)]
Identifier = Annotated[str, Meta(min_length=1, max_length=200)]


class Part(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A piece of a record; it carries no ``schema`` of its own."""


class Record(Part, frozen=True, omit_defaults=True, kw_only=True, tag_field="schema"):
    """The base of all records: each has ``id``, and ``schema`` (such as ``article/1``) as its tag on the wire."""

    id: Identifier


class Span(Part, frozen=True):
    """Characters ``start`` to ``end`` (exclusive) of one field of an article."""

    field: TextField
    start: int
    end: int


class Evidence(Part, frozen=True):
    """A whole sentence that carries a statement, and its words."""

    field: TextField
    start: int
    end: int
    text: str


class Entity(Part, frozen=True):
    """A named thing of an article, in the fullest form found there; ``id`` where a gazetteer knows it (``UA``)."""

    name: str
    type: str
    id: str | None = None
    mentions: tuple[Span, ...] = ()


class EntityRef(Part, frozen=True):
    """An entity named within a statement's evidence."""

    name: str
    id: str | None = None


class TopicLabel(Part, frozen=True):
    """A topic of the taxonomy that an article is about, and the words that say so."""

    id: str
    score: Score
    evidence: tuple[Span, ...] = ()


class Slots(Part, frozen=True):
    """Where each slot of a statement stands in the article."""

    speaker: tuple[Span, ...] = ()
    target: tuple[Span, ...] = ()
    condition: tuple[Span, ...] = ()
    consequence: tuple[Span, ...] = ()
    quote: tuple[Span, ...] = ()


def _unset() -> datetime:
    return _UNSET


class Article(Record, frozen=True, tag="article/1"):
    """One article as a feed gave it, cleaned to plain text. ``version`` is ``fetched`` in milliseconds, or later."""

    feed: str
    fetched: Time
    version: int = 0
    first_seen: Time = msgspec.field(default_factory=_unset)
    source: str | None = None
    url: str | None = None
    title: str | None = None
    text: str | None = None
    lang: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    published: Time | None = None
    updated: Time | None = None
    backlog: bool = False
    truncated: bool = False

    def __post_init__(self) -> None:
        if not (self.title or self.text):
            raise ValueError("an article needs a title or a text")
        if not self.version:
            msgspec.structs.force_setattr(self, "version", int(self.fetched.timestamp() * 1000))
        if self.first_seen == _UNSET:
            msgspec.structs.force_setattr(self, "first_seen", self.fetched)

    def field(self, name: TextField) -> str:
        """The words of ``title`` or ``text``; empty where the article has none."""
        return (self.title if name == "title" else self.text) or ""


class Replay(Record, frozen=True, tag="replay/1"):
    """An article that is to be read again (topic ``replay``; ``id`` is its own), as it was last stored.

    What it raises is stored and not delivered. With ``watch`` only the watch of that id is matched.
    """

    article: Article
    watch: Identifier | None = None


class Statement(Record, frozen=True, tag="statement/1"):
    """Who warned whom, under what condition, with what consequence, in what words: one claim as one article has it.

    ``vector`` is the sentence embedding of the evidence, a signed byte a number.
    """

    article: str
    kind: Kind
    side: str
    evidence: tuple[Evidence, ...]
    confidence: Score
    first_seen: Time
    version: int
    claim: str | None = None
    speaker: str | None = None
    role: str | None = None
    target: str | None = None
    target_sides: tuple[str, ...] = ()
    condition: str | None = None
    consequence: str | None = None
    quote: str | None = None
    spans: Slots = Slots()
    entities: tuple[EntityRef, ...] = ()
    topics: tuple[str, ...] = ()
    vector: bytes | None = None
    said: Time | None = None
    lang: str | None = None
    published: Time | None = None
    source: str | None = None
    url: str | None = None
    title: str | None = None
    state: Literal["retracted", "rejected"] | None = None


class EnrichedArticle(Article, frozen=True, tag="enriched/1"):
    """An article that was read. ``model`` names what read it; ``degraded`` marks a reading with less than all."""

    story: str | None = None
    signature: str | None = None
    noise: tuple[Span, ...] = ()
    entities: tuple[Entity, ...] = ()
    topics: tuple[TopicLabel, ...] = ()
    statements: tuple[Statement, ...] = ()
    enriched: Time | None = None
    indexed: Time | None = None
    model: dict[str, str] = {}
    degraded: bool = False


class Member(Part, frozen=True):
    """One statement of a claim."""

    statement: str
    article: str
    first_seen: Time
    source: str | None = None
    lang: str | None = None
    published: Time | None = None
    retracted: bool = False


class Relation(Part, frozen=True):
    """How a claim stands to an earlier one of the same side."""

    to: str
    kind: Literal["repeated", "escalated", "softened", "withdrawn"] = msgspec.field(name="as")
    why: str | None = None


class Claim(Record, frozen=True, tag="claim/1"):
    """What one side said once, however often it was reported. The figures are computed from ``members``."""

    side: str
    kind: Kind
    confidence: Score
    members: tuple[Member, ...]
    first_seen: Time
    last_seen: Time
    version: int
    sightings: int
    sources: int
    languages: tuple[str, ...] = ()
    first_source: str | None = None
    target_sides: tuple[str, ...] = ()
    speaker: str | None = None
    role: str | None = None
    target: str | None = None
    condition: str | None = None
    consequence: str | None = None
    quote: str | None = None
    entities: tuple[EntityRef, ...] = ()
    topics: tuple[str, ...] = ()
    relation: Relation | None = None


class Reason(Part, frozen=True):
    """A clause of a watch's query, and where it was met. ``field`` is a field of the query language."""

    clause: str
    field: str
    start: int | None = None
    end: int | None = None


class Nearest(Part, frozen=True):
    """The most similar earlier claim of the same side; ``similarity`` is 0 to 1."""

    claim: str
    first_seen: Time
    similarity: Score


class Trace(Part, frozen=True):
    """When an alert's article passed each stage."""

    fetched: Time
    matched: Time
    published: Time | None = None
    enriched: Time | None = None


AlertState = Literal["new", "seen", "snoozed", "done", "backlog", "replayed"]


class Alert(Record, frozen=True, tag="alert/1"):
    """A watch met something new. Alerts in state ``backlog`` or ``replayed`` are stored and never delivered."""

    watch: str
    article: str
    trace: Trace
    version: int = 1
    statement: str | None = None
    claim: str | None = None
    story: str | None = None
    why: tuple[Reason, ...] = ()
    nearest: Nearest | None = None
    relation: Relation | None = None
    late: bool = False
    state: AlertState = "new"
    by: str | None = None


class Delivery(Record, frozen=True, tag="delivery/1"):
    """What notify did with one alert on one channel; ``id`` is ``<alert>/<channel>``. It belongs to notify alone."""

    alert: str
    channel: str
    tries: int = 0
    delivered: Time | None = None
    error: str | None = None
    version: int = 1


class Watch(Record, frozen=True, tag="watch/1"):
    """A monitor's alert rule: a query over statements or articles, and where its alerts go."""

    name: str
    query: str
    created: Time
    over: Literal["statements", "articles"] = "statements"
    once_per: Literal["claim", "story", "article"] = "claim"
    owner: str | None = None
    deliver: tuple[str, ...] = ()
    when: Literal["now", "hourly", "daily"] = "now"
    quiet_until: Time | None = None
    enabled: bool = True
    version: int = 1

    def __post_init__(self) -> None:
        if self.over == "articles" and self.once_per == "claim":
            raise ValueError("a watch over articles alerts once per story or article, not per claim")


class DeadLetter(Record, frozen=True, tag="dead-letter/1"):
    """A record that could not be read, as it came, and why; ``id`` is ``<topic>/<partition>/<offset>``.

    ``tries`` is how often it failed. One that was put back (``retried``) has been read again once its readers have
    committed ``ends``: where its topic's partitions ended then, by number.
    """

    record: bytes
    topic: str
    partition: int
    offset: int
    stage: str
    error: str
    failed: Time
    tries: int = 1
    state: Literal["open", "retried", "gone"] = "open"
    ends: dict[str, int] = {}
    version: int = 1


class Mark(Record, frozen=True, tag="mark/1"):
    """A small record of the pipeline's own (``owner``, ``generation``), read by id and put only if unchanged."""

    data: dict[str, Any] = {}


INDEXES: dict[str, type[Record]] = {
    "articles": EnrichedArticle,
    "statements": Statement,
    "claims": Claim,
    "alerts": Alert,
    "deliveries": Delivery,
    "watches": Watch,
    "dead-letters": DeadLetter,
    "marks": Mark,
}
"""Every index, and the one type of record that it holds."""

R = TypeVar("R", bound=Record)
_ENCODER = msgspec.json.Encoder()
# msgspec takes a type apart when it is first decoded, and crashes where two threads are the first at once.
_KINDS: tuple[type[Record], ...] = (Article, Replay, *INDEXES.values())
_DECODERS: dict[type[Record], msgspec.json.Decoder[Any]] = {kind: msgspec.json.Decoder(kind) for kind in _KINDS}


def encode(record: Record) -> bytes:
    """``record`` as JSON in UTF-8, its ``schema`` first."""
    return _ENCODER.encode(record)


def decode(body: bytes, kind: type[R]) -> R:
    """Read one record of type ``kind`` from JSON.

    Raises:
        msgspec.ValidationError: a field is missing or of the wrong type, or the schema is another (it names the path).
        msgspec.DecodeError: ``body`` is not JSON.
    """
    record: R = _DECODERS[kind].decode(body)
    return record
