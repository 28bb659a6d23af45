"""The fields of the query language: their names, what kind of thing each holds, and in which indexes they are.

Kinds: ``words`` (words, phrases, proximity), ``name`` (a whole name or id, case and accents folded), ``exact`` (an id
or one of a few values), ``number`` and ``time`` (ranges), ``has`` (which other fields are there).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from schemas.records import AlertState, Kind

FieldKind = Literal["words", "name", "exact", "number", "time", "has"]


@dataclass(frozen=True)
class Field:
    """One field. ``values``, where not empty, are all that it can hold."""

    name: str
    kind: FieldKind
    indexes: tuple[str, ...]
    values: tuple[str, ...] = ()


_ARTICLES = ("articles",)
_CLAIMS = ("claims",)
_ALERTS = ("alerts",)
_SAID = ("statements", "claims")
_ALL = ("articles", "statements", "claims")

FIELDS: tuple[Field, ...] = (
    Field("title", "words", _ARTICLES),
    Field("text", "words", _ARTICLES),
    Field("evidence", "words", ("statements",)),
    Field("quote", "words", _SAID),
    Field("speaker", "words", _ALL),
    Field("target", "words", _SAID),
    Field("condition", "words", _SAID),
    Field("consequence", "words", _SAID),
    Field("side", "name", _ALL),
    Field("target_side", "name", _ALL),
    Field("entity", "name", _ALL),
    Field("topic", "exact", _ALL),
    Field("kind", "exact", _ALL, get_args(Kind)),
    Field("lang", "exact", _ALL),
    Field("source", "exact", _ALL),
    Field("id", "exact", (*_ALL, *_ALERTS)),
    Field("claim", "exact", ("articles", "statements", *_ALERTS)),
    Field("state", "exact", _SAID, ("retracted", "rejected")),
    Field("state", "exact", _ALERTS, get_args(AlertState)),
    Field("feed", "exact", _ARTICLES),
    Field("tag", "exact", _ARTICLES),
    Field("story", "exact", (*_ARTICLES, *_ALERTS)),
    Field("watch", "exact", _ALERTS),
    Field("article", "exact", _ALERTS),
    Field("statement", "exact", _ALERTS),
    Field("published", "time", ("articles", "statements")),
    Field("first_seen", "time", _ALL),
    Field("matched", "time", _ALERTS),
    Field("last_seen", "time", _CLAIMS),
    Field("sightings", "number", _CLAIMS),
    Field("confidence", "number", _SAID),
    Field("has", "has", (*_ALL, *_ALERTS)),
)

OF_STATEMENTS = ("statement", "quote", "target", "condition", "consequence")
"""What ``has`` says of an article's statements, though these are no fields of articles."""


@cache
def fields_of(index: str) -> Mapping[str, Field]:
    """The fields of ``index`` by name; none where the query language does not reach it."""
    return {field.name: field for field in FIELDS if index in field.indexes}


def exact_fields(index: str) -> tuple[str, ...]:
    """The fields of ``index`` that hold whole values, which can be counted."""
    return tuple(name for name, field in fields_of(index).items() if field.kind in ("name", "exact", "has"))


def default_fields(index: str) -> tuple[str, ...]:
    """The fields in which words are sought that name none."""
    if index == "articles":
        return ("title", "text")  # the speakers of its statements stand in its text as well
    return tuple(name for name, field in fields_of(index).items() if field.kind == "words")


def has_values(index: str) -> tuple[str, ...]:
    """All that ``has`` can hold in ``index``."""
    names = [name for name, field in fields_of(index).items() if field.kind != "has"]
    return (*names, *OF_STATEMENTS) if index == "articles" else tuple(names)
