"""Speakers without a person's name: capitals, ministries, "its commander", groups that no gazetteer knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spacy.tokens import Span, Token

from pipelines.reading.statements.lending import Lending
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.phrases import bare, former
from pipelines.reading.statements.roles import describe_title, told_side
from pipelines.reading.statements.saying import is_title
from pipelines.reading.statements.sides import SideMention, Sides
from pipelines.reading.statements.words import SUBJECTS, among, trim
from schemas.records import TextField


@dataclass(frozen=True)
class Actor:
    """One who speaks for ``side``. ``certain`` is false where the side had to be guessed from the article."""

    name: str
    side: str
    role: str | None
    person: bool
    field: TextField
    span: Span
    certain: bool = True


class Bodies:
    """Makes actors of the phrases of one article."""

    def __init__(self, sides: Mapping[TextField, Sides], lending: Lending) -> None:
        """``sides`` are the mentions in each field, ``lending`` knows whom the article is about."""
        self._sides, self._lending = sides, lending

    def actor(self, source: Token, phrase: Span, sentence: Sentence) -> Actor | None:
        """Who ``source`` with its ``phrase`` is; None where it speaks for no side."""
        known = self._sides[sentence.field].within(phrase)
        itself = next((m for m in known if m.span.start <= source.i < m.span.end), None)
        if former(phrase) or (itself is None and among(source, "private_speakers")):
            return None
        if itself is not None:
            return Actor(bare(itself.span), itself.side, None, False, sentence.field, itself.span)
        if not known and (group := _unknown_group(source, phrase)) is not None:
            return Actor(group.text, group.text, None, False, sentence.field, group)
        if among(source, "fighters"):
            return _fighters(source, known, sentence)
        if not among(source, "official_titles", "official_bodies", "soft_quoters", "documents"):
            return None
        told = self._told(source, phrase, sentence)
        side = told or self._lending.side([sentence])
        if side is None:
            return None
        role = describe_title(phrase, self._sides[sentence.field]).role if is_title(source) else None
        return Actor(bare(phrase), side, role, False, sentence.field, trim(phrase), certain=told is not None)

    def _told(self, source: Token, phrase: Span, sentence: Sentence) -> str | None:
        """The side that ``phrase`` names, or the one that "its" means."""
        named = told_side(phrase, self._sides[sentence.field])
        if named is not None:
            return named.side
        side = self._of_short_name(phrase)
        if side is None and phrase[0].tag_ == "PRP$":
            side = self._owner(source, sentence)
        return side

    def _owner(self, source: Token, sentence: Sentence) -> str | None:
        """The side that "its minister" belongs to: the first one in the sentence that does something."""
        named = [m for m in self._sides[sentence.field].within(sentence.span) if m.span.start >= sentence.opening]
        return next((m.side for m in named if _does(m.span.root) and m.span.start < source.i), None)

    def _of_short_name(self, phrase: Span) -> str | None:
        """``the Commission`` where the article names the European Commission in full."""
        names = {token.text for token in phrase if token.pos_ == "PROPN"}
        mentions = [mention for sides in self._sides.values() for mention in sides.mentions if mention.type == "ORG"]
        return next((m.side for m in mentions if names & {token.text for token in m.span}), None)


def _fighters(source: Token, known: list[SideMention], sentence: Sentence) -> Actor | None:
    """``M23 rebels`` speak for M23; ``Chechen rebels`` not for Chechnya but for themselves."""
    beside = next((m for m in known if m.span.end <= source.i and m.span.root.head == source), None)
    if beside is None:
        return None
    name = beside.span if beside.type == "ORG" else source.doc[beside.span.start : source.i + 1]
    side = beside.side if beside.type == "ORG" else name.text
    return Actor(bare(name), side, None, False, sentence.field, name)


def _does(name: Token) -> bool:
    """Whether ``name``, or what is its own ("Botswana's army"), does something."""
    return name.dep_ in SUBJECTS or (name.dep_ == "poss" and name.head.dep_ in SUBJECTS)


def _unknown_group(source: Token, phrase: Span) -> Span | None:
    """``the Bougainville Revolutionary Army``, which no gazetteer knows."""
    start = source.i
    while start > phrase.start and phrase.doc[start - 1].pos_ == "PROPN":
        start -= 1
    name = phrase.doc[start : source.i + 1]
    return name if source.pos_ == "PROPN" and len(name) > 2 and among(source, "armed_groups") else None
