"""The names in a text that stand for a state, a bloc or a group, and for which."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc, Span

from schemas.gazetteer import Gazetteer

_LONGEST_NAME = 5


@dataclass(frozen=True)
class SideMention:
    """The words ``span``, which stand for ``side``. ``type`` is the gazetteer's (GPE, NORP, ORG, PERSON, ...)."""

    span: Span
    side: str
    type: str


class Sides:
    """All mentions of sides in one ``Doc``, in reading order."""

    def __init__(self, doc: Doc, gazetteer: Gazetteer) -> None:
        """Look up every capitalised run of up to five words of ``doc``, the longest first."""
        self.mentions: list[SideMention] = []
        position = 0
        while position < len(doc):
            mention = None
            if doc[position].text[0].isupper():
                mention = _longest(doc, position, gazetteer)
            if mention is None:
                position += 1
            else:
                position = mention.span.end
                self.mentions.append(mention)

    def within(self, span: Span) -> list[SideMention]:
        """The mentions that lie in ``span``."""
        return [mention for mention in self.mentions if span.start <= mention.span.start < span.end]


def _longest(doc: Doc, start: int, gazetteer: Gazetteer) -> SideMention | None:
    for end in range(min(start + _LONGEST_NAME, len(doc)), start, -1):
        if not _ends_a_name(doc[end - 1].text):
            continue
        span = doc[start:end]
        entry = gazetteer.lookup(span.text)
        if entry is not None and entry.side is not None and not _part_of_a_person(span, entry.type):
            return SideMention(span, entry.side, entry.type)
    return None


def _ends_a_name(word: str) -> bool:
    return word[0].isalnum()


def _part_of_a_person(span: Span, kind: str) -> bool:
    """Whether a place or people is only a part of somebody's name (Michael Jordan)."""
    if kind == "PERSON" or span[0].ent_type_ != "PERSON":
        return False
    neighbours = [span.doc[i] for i in (span.start - 1, span.end) if 0 <= i < len(span.doc)]
    return any(token.ent_type_ == "PERSON" and token.text[0].isupper() for token in neighbours)
