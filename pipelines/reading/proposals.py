"""Names that the model overlooks or cuts wrongly, told by the words around them.

- a run of capitalised words after a title is a person's name ("Rear Admiral Jalil Sohrabi");
- an unknown word with a capital that one is "in" or "near", or goes "to", is a place's if it is a town's name;
- what stands in brackets in a dateline is the agency ("ADDIS ABABA, Feb 1 (AFP) -").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.reading.extents import SUFFIXES
from pipelines.reading.names import NameWords
from pipelines.reading.places import SPEAKS
from schemas.gazetteer import Gazetteer
from schemas.gazetteer.towns import Towns

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as DocSpan

_PARTICLES = frozenset(
    {"al", "el", "von", "bin", "ibn", "de", "da", "dos", "del", "van", "der", "den", "bint", "ben", "e"}
)
_LONGEST_NAME = 5
_DATELINE = re.compile(
    r"\s*(?P<place>[A-Z][A-Z .'’-]+[A-Z])"
    r"(?:(?:,[^—–\n-]{1,40})?\s*(?:\((?P<agency>[^)\n]{2,40})\)\s*)?\.?(?:—|–|--?|\s-)\s|(?P<stop>[:.])\s)"
)
_MIXED_DATELINE = re.compile(
    r"\s*(?P<place>[A-Z]\w+(?: [A-Z]\w+)?)(?:\s*\((?P<agency>[^)\n]{2,40})\))?\s*(?:[:.]|—|–|-)\s"
)
_NO_AGENCY = re.compile(r"(?i)agenc|wire|staff|updated|reporter|correspondent|\d")
_INTO = frozenset({"in", "near", "outside", "inside"})
_TOWARDS = frozenset({"to", "from", "at", "around", "toward", "towards", "of", "for", "between", "over", "into"})


class Proposer:
    """Finds names by what stands around them."""

    def __init__(self, gazetteer: Gazetteer, words: NameWords, towns: Towns) -> None:
        self._gazetteer = gazetteer
        self._words = words
        self._towns = towns

    def people(self, doc: Doc) -> Iterator[DocSpan]:
        """The names after titles."""
        for token in doc[:-1]:
            if not self._words.heads_person(token.text):
                continue
            start = token.i + 1
            end = self._end_of_name(doc, start)
            if end > start:
                yield _span(doc, start, end, "PERSON")
            elif doc[start].text == ",":
                end = self._end_of_name(doc, start + 1)
                if end > start + 2 and end < len(doc) and doc[end].text == ",":
                    yield _span(doc, start + 1, end, "PERSON")

    def speakers(self, doc: Doc) -> Iterator[DocSpan]:
        """Two or more names in a row that say something."""
        at = 0
        while at < len(doc) - 1:
            end = self._end_of_name(doc, at) if doc[at].tag_ == "NNP" else at
            if end > at + 1 and end < len(doc) and self._is_someone(doc, end):
                yield _span(doc, at, end, "PERSON")
            at = max(end, at + 1)

    def _is_someone(self, doc: Doc, end: int) -> bool:
        """Whether the words that end at ``end`` speak, or are told to have a title or to be a "who"."""
        if doc[end].lemma_ in SPEAKS and doc[end].pos_ == "VERB":
            return True
        if doc[end].text != ",":
            return False
        following = [token.text for token in doc[end + 1 : end + 5]]
        return following[:1] == ["who"] or any(map(self._words.heads_person, following))

    def places(self, doc: Doc) -> Iterator[DocSpan]:
        """The names of places where one is or goes."""
        for token in doc[:-1]:
            before = token.lower_
            if before not in _INTO and before not in _TOWARDS:
                continue
            start = token.i + 1
            end = _end_of_capitals(doc, start)
            if end == start:
                continue
            span = _span(doc, start, end, "GPE")
            if span.text in self._towns and not self._words.is_title(span.text):
                yield span

    def dateline(self, doc: Doc) -> Iterator[DocSpan]:
        """The place, and the agency, with which a text begins."""
        found = _DATELINE.match(doc.text)
        if found is None or found["stop"]:
            found = found or _MIXED_DATELINE.match(doc.text)
            if found is None or not self._is_place(found["place"]):
                return
        if (place := doc.char_span(*found.span("place"), label="DATELINE")) is not None:
            yield place
        agency = found.groupdict().get("agency")
        if agency and not _NO_AGENCY.search(agency):
            span = doc.char_span(*found.span("agency"), label="ORG")
            if span is not None:
                yield span

    def _is_place(self, name: str) -> bool:
        entry = self._gazetteer.lookup(name)
        return entry.type == "GPE" if entry is not None else name in self._towns

    def _end_of_name(self, doc: Doc, start: int) -> int:
        """Where a person's name that begins at ``start`` ends; ``start`` itself if there is none."""
        at = start
        while at < min(len(doc), start + _LONGEST_NAME) and self._continues(doc, at, start):
            at += 1
        while at > start and not (doc[at - 1].text[0].isupper() or doc[at - 2].text == "-"):
            at -= 1
        return at

    def _continues(self, doc: Doc, at: int, start: int) -> bool:
        token = doc[at]
        if token.lower_ in _PARTICLES:
            return at > start
        if token.text == "-" or (at > start and doc[at - 1].text == "-"):
            return at > start and not doc[at - 1].whitespace_ and token.text not in SUFFIXES
        begins = at == start and token.text[0].isupper() and not token.text.isupper()
        if not (begins or _is_capitalised(token)) or self._words.is_title(token.text):
            return False
        if token.ent_type_ in {"DATE", "TIME"} or (at == start and self._words.is_generic(token.text)):
            return False
        entry = self._gazetteer.lookup(token.text)
        return entry is None or entry.type == "PERSON" or at > start


def _end_of_capitals(doc: Doc, start: int) -> int:
    at = start
    while at < min(len(doc), start + 3) and (_is_capitalised(doc[at]) or (doc[at].text == "-" and at > start)):
        at += 1
    return at


def _is_capitalised(token: Token) -> bool:
    """Whether ``token`` has its capital from being a name: an initial may be all capitals, a longer word may not."""
    in_capitals = token.text.isupper() and len(token.text.rstrip(".")) > 1
    return token.text[0].isupper() and not in_capitals and not (token.is_sent_start and token.i)


def _span(doc: Doc, start: int, end: int, label: str) -> DocSpan:
    from spacy.tokens import Span as DocSpan

    return DocSpan(doc, start, end, label)
