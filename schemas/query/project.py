"""What a record says in the fields of the query language: exactly this is indexed by both homes, and matched.

The only place that knows how records map to fields. Noise is left out of an article, and retracted statements out of
what an article says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import NamedTuple, cast

from schemas.query.analyse import LONGEST, fold, terms
from schemas.query.fields import fields_of
from schemas.query.occurrences import Places, places
from schemas.records import Alert, Claim, EnrichedArticle, Record, Statement, TextField

GREATEST_SLOP = 50
"""The most other tokens that a proximity may allow."""

GAP = ("¶",) * (GREATEST_SLOP + 1)
"""What stands between two values of one field: a token that no query holds, too often for a proximity to cross."""

_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")
BLANK = "␣"
"""What stands for blanks within an exact value, so that it is one token."""


@dataclass(frozen=True)
class Projection:
    """A record in the fields of the query language; a field that says nothing is absent.

    ``words`` and ``folded`` hold the tokens of each field of words, in order (as ``analyse.words`` and
    ``analyse.folded`` give them); ``exact`` the values of names, ids and ``has``, each one token as ``exact_value``
    writes it; ``numbers`` also times, in seconds since 1970.
    """

    words: dict[str, tuple[str, ...]]
    folded: dict[str, tuple[str, ...]]
    exact: dict[str, frozenset[str]]
    numbers: dict[str, float]

    @cached_property
    def places(self) -> dict[str, Places]:
        """The positions of each word of each field of ``words``."""
        return {field: places(tokens) for field, tokens in self.words.items()}

    @cached_property
    def folded_places(self) -> dict[str, Places]:
        """The positions of each word of each field of ``folded``."""
        return {field: places(tokens) for field, tokens in self.folded.items()}


class Passage(NamedTuple):
    """A piece of text of a field of words, and the stored field and the character at which it starts.

    ``field`` is None where the piece stands in no field of the record.
    """

    text: str
    field: str | None
    start: int = 0


@dataclass(frozen=True)
class _Said:
    """What one kind of record says, before analysis."""

    passages: Mapping[str, Iterable[Passage]]
    exact: Mapping[str, Iterable[str | None]]
    numbers: Mapping[str, datetime | float | None]


def project(index: str, record: Record) -> Projection:
    """``record``, which is one of ``index``, in the fields of that index.

    An index that the query language does not reach has none: everything is empty then.
    """
    if not fields_of(index):
        return Projection({}, {}, {}, {})
    said = _said(index, record)
    sought: dict[str, tuple[str, ...]] = {}
    whole: dict[str, tuple[str, ...]] = {}
    for name, pieces in said.passages.items():
        pairs = [terms(piece.text) for piece in pieces]
        if any(pairs):
            sought[name] = _joined([term.word for term in piece] for piece in pairs)
            whole[name] = _joined([term.whole for term in piece] for piece in pairs)
    exact = {name: _exact_values(values) for name, values in said.exact.items()}
    numbers = {name: _number(value) for name, value in said.numbers.items() if value is not None}
    there = (*sought, *(name for name, values in exact.items() if values), *numbers)
    exact["has"] = exact.get("has", frozenset()).union(there) - {"has"}
    return Projection(
        words=sought,
        folded=whole,
        exact={name: values for name, values in exact.items() if values},
        numbers=numbers,
    )


def passages(index: str, record: Record) -> dict[str, tuple[Passage, ...]]:
    """The pieces of text of each field of words of ``record``, which is one of ``index``."""
    return {name: tuple(pieces) for name, pieces in _said(index, record).passages.items()}


@lru_cache(maxsize=16_384)
def exact_value(value: str) -> str:
    """``value`` as one token: case and accents folded, white space one visible sign, cut at 255 characters."""
    return _BLANKS.sub(BLANK, fold(value).strip())[:LONGEST]


def _joined(pieces: Iterable[list[str]]) -> tuple[str, ...]:
    tokens: list[str] = []
    for piece in pieces:
        if tokens and piece:
            tokens.extend(GAP)
        tokens.extend(piece)
    return tuple(tokens)


def _exact_values(values: Iterable[str | None]) -> frozenset[str]:
    return frozenset(exact for value in values if value and (exact := exact_value(value)))


def _number(value: datetime | float) -> float:
    return value.timestamp() if isinstance(value, datetime) else float(value)


def _said(index: str, record: Record) -> _Said:
    match index:
        case "articles":
            return _article(cast("EnrichedArticle", record))
        case "statements":
            return _statement(cast("Statement", record))
        case "claims":
            return _claim(cast("Claim", record))
        case "alerts":
            return _alert(cast("Alert", record))
    raise ValueError(f"the query language does not reach the index {index!r}")


def _article(article: EnrichedArticle) -> _Said:
    said = [statement for statement in article.statements if statement.state != "retracted"]
    entities = [part for entity in article.entities for part in (entity.name, entity.id)]
    return _Said(
        passages={
            "title": _without_noise(article, "title"),
            "text": _without_noise(article, "text"),
            "speaker": [Passage(statement.speaker, None) for statement in said if statement.speaker],
        },
        exact={
            "id": [article.id],
            "feed": [article.feed],
            "source": [article.source],
            "lang": [article.lang],
            "tag": article.tags,
            "story": [article.story],
            "entity": entities,
            "topic": [topic.id for topic in article.topics],
            "side": [statement.side for statement in said],
            "target_side": [side for statement in said for side in statement.target_sides],
            "kind": [statement.kind for statement in said],
            "claim": [statement.claim for statement in said],
            "has": _of_statements(said),
        },
        numbers={"published": article.published, "first_seen": article.first_seen},
    )


def _statement(statement: Statement) -> _Said:
    return _Said(
        passages={
            "evidence": [Passage(piece.text, piece.field, piece.start) for piece in statement.evidence],
            **_slots(statement),
        },
        exact={
            "id": [statement.id],
            "claim": [statement.claim],
            "source": [statement.source],
            "lang": [statement.lang],
            "state": [statement.state],
            **_named(statement),
        },
        numbers={
            "published": statement.published,
            "first_seen": statement.first_seen,
            "confidence": statement.confidence,
        },
    )


def _claim(claim: Claim) -> _Said:
    standing = [member for member in claim.members if not member.retracted]
    return _Said(
        passages=_slots(claim),
        exact={
            "id": [claim.id],
            "source": [member.source for member in standing],
            "lang": [member.lang for member in standing],
            "state": [] if standing else ["retracted"],
            **_named(claim),
        },
        numbers={
            "first_seen": claim.first_seen,
            "last_seen": claim.last_seen,
            "sightings": claim.sightings,
            "confidence": claim.confidence,
        },
    )


def _alert(alert: Alert) -> _Said:
    return _Said(
        passages={},
        exact={
            "id": [alert.id],
            "watch": [alert.watch],
            "state": [alert.state],
            "claim": [alert.claim],
            "story": [alert.story],
            "article": [alert.article],
            "statement": [alert.statement],
        },
        numbers={"matched": alert.trace.matched},
    )


def _slots(of: Statement | Claim) -> dict[str, list[Passage]]:
    texts = {
        "quote": of.quote,
        "speaker": of.speaker,
        "target": of.target,
        "condition": of.condition,
        "consequence": of.consequence,
    }
    return {name: [Passage(text, name)] for name, text in texts.items() if text}


def _named(of: Statement | Claim) -> dict[str, Iterable[str | None]]:
    return {
        "side": [of.side],
        "target_side": of.target_sides,
        "kind": [of.kind],
        "topic": of.topics,
        "entity": [part for entity in of.entities for part in (entity.name, entity.id)],
    }


def _of_statements(statements: Iterable[Statement]) -> Iterator[str]:
    for statement in statements:
        yield "statement"
        yield from _slots(statement)


def _without_noise(article: EnrichedArticle, field: TextField) -> Iterator[Passage]:
    text = article.field(field)
    start = 0
    for span in sorted((span for span in article.noise if span.field == field), key=lambda span: span.start):
        if span.start > start:
            yield Passage(text[start : span.start], field, start)
        start = max(start, span.end)
    yield Passage(text[start:], field, start)
