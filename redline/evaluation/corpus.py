"""Labelled articles: what a careful reader finds in each, one JSON object a line (``corpus/GUIDE.md`` says how)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import msgspec

from schemas.errors import DataFileError
from schemas.records import Article, Identifier, Kind, TextField, Time

EntityType = Literal["PERSON", "GPE", "ORG", "LOC", "EVENT", "FAC"]
Class = Literal[
    "statement",
    "ordinary",
    "domestic",
    "labour",
    "sport",
    "crime",
    "company",
    "weather",
    "health",
    "travel",
    "market",
    "recall",
    "fiction",
    "denial",
    "completed",
    "rejection",
    "bargaining",
    "complaint",
    "treaty",
]
CLASSES: tuple[Class, ...] = get_args(Class)
ENTITY_TYPES: tuple[EntityType, ...] = get_args(EntityType)
FIELDS: tuple[TextField, ...] = ("title", "text")


class LabelledEntity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named thing of the article, in its longest form there, without titles."""

    name: str
    type: EntityType


class LabelledStatement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A red-line statement of the article, its slots in the article's own words.

    ``evidence`` are whole sentences. ``claim`` is the same for every article that reports this statement.
    """

    kind: Kind
    speaker: str
    role: str | None = None
    side: str
    target: str | None = None
    target_sides: tuple[str, ...] = ()
    condition: str | None = None
    consequence: str | None = None
    quote: str | None = None
    evidence: tuple[str, ...]
    claim: str


class LabelledArticle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An invented article and its labels.

    ``hand`` is who wrote it, ``occasion`` what it is about (all articles about one occasion stand in one part of the
    corpus), ``class`` what kind of text it is, ``style`` what it imitates.
    """

    id: Identifier
    hand: str
    occasion: str
    class_: Class = msgspec.field(name="class")
    style: str
    title: str | None = None
    text: str
    lang: str = "en"
    published: Time | None = None
    entities: tuple[LabelledEntity, ...] = ()
    topics: tuple[str, ...] = ()
    statements: tuple[LabelledStatement, ...] = ()

    def field(self, name: TextField) -> str:
        """The words of ``title`` or ``text``; empty where the article has none."""
        return (self.title if name == "title" else self.text) or ""

    def article(self, fetched: datetime) -> Article:
        """The article as a feed would have given it at ``fetched``, without its labels."""
        return Article(
            id=self.id,
            feed="corpus",
            source=self.id,
            title=self.title,
            text=self.text,
            published=self.published,
            fetched=fetched,
        )


class Place(NamedTuple):
    """Characters ``start`` to ``end`` (exclusive) of one field."""

    field: TextField
    start: int
    end: int


def places(article: LabelledArticle, words: str) -> list[Place]:
    """Where ``words`` stand in ``article``, verbatim; nowhere if they are none."""
    if not words.strip():
        return []
    return [
        Place(name, match.start(), match.end())
        for name in FIELDS
        for match in re.finditer(re.escape(words), article.field(name))
    ]


def meet(one: Place, other: Place) -> bool:
    """Whether two places have a character in common."""
    return one.field == other.field and one.start < other.end and other.start < one.end


def load(file: Path) -> list[LabelledArticle]:
    """The labelled articles of ``file``, in its order; empty lines are left out.

    Raises:
        DataFileError: the file cannot be read, or a line holds none; it names the line and the field at fault.
    """
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise DataFileError(str(file), None, f"cannot be read: {error.strerror}") from error
    articles, seen = [], dict[str, int]()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            article = msgspec.json.decode(line, type=LabelledArticle)
        except msgspec.DecodeError as error:
            raise DataFileError(str(file), number, f"no labelled article: {error}; see corpus/GUIDE.md") from error
        if article.id in seen:
            raise DataFileError(str(file), number, f"the id {article.id} stands in line {seen[article.id]} already")
        seen[article.id] = number
        articles.append(article)
    return articles


def save(file: Path, articles: Iterable[LabelledArticle]) -> None:
    """Write ``articles`` to ``file``, one a line, all fields in the order of the format."""
    lines = [msgspec.json.encode(article) + b"\n" for article in articles]
    file.write_bytes(b"".join(lines))
