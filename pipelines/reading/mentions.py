"""Finds where names stand in a parsed text: the pipeline's own entities, with the gazetteer on top.

The gazetteer wins over what the model found in the same place; a longer name that the model found wins over a part of
it that the gazetteer knows (``Washington Post``), unless all that is longer is a title, an article or a country.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.reading.extents import whole, with_kind_of_state, with_noun
from pipelines.reading.names import NameWords
from pipelines.reading.places import PlaceTeller
from pipelines.reading.proposals import Proposer
from schemas.gazetteer import TYPES, Entry, Gazetteer, fold, name_key
from schemas.gazetteer.towns import Towns

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.tokens import Span as DocSpan

_LONGEST = 9
"""No name of the gazetteer has more tokens than this (a hyphen counts as one)."""

_NOT_NAMES = frozenset({"LAW", "PRODUCT"})
_POSSESSIVES = frozenset({"'s", "’s"})
_CHANNEL_WORDS = frozenset({"on", "via", "over", "to", "through"})
_PARTICLES = frozenset({"al", "el", "von", "bin", "de", "van", "der", "d'"})
_LEADING = frozenset({"the", "a", "an", "'s", "’s", "-", "–", "—", '"', "“", "'", "‘"})
_TRAILING = frozenset({"'s", "’s", "'", "’", "-", "–", "—", ",", ".", '"', "”", ":", ";", "said"})
_BRACKETS = frozenset("()[]{}")
_DATELINE_LABEL = "DATELINE"
_TITLE_CASE = re.compile(r"\b[a-z]{4,}")


@dataclass(frozen=True)
class Mention:
    """A name in a text: characters ``start`` to ``end``; ``entry`` where the gazetteer knows it."""

    start: int
    end: int
    name: str
    type: str
    entry: Entry | None = None


class MentionFinder:
    """Finds the mentions in a Doc."""

    def __init__(self, gazetteer: Gazetteer, words: NameWords) -> None:
        self._gazetteer = gazetteer
        self._words = words
        towns = Towns()
        self._places = PlaceTeller(words, towns)
        self._proposer = Proposer(gazetteer, words, towns)
        self._firsts = frozenset(
            fold(name_key(alias)).split(" ")[0] for entry in gazetteer.entries for alias in entry.aliases
        )

    def find(self, doc: Doc, common: Set[str]) -> list[Mention]:
        """All mentions in ``doc``, in order, none overlapping another.

        ``common`` are the words that the article has in lower case: at the beginning of a sentence they are no names.
        """
        known = list(self._known(doc))
        trimmed = (span for found in doc.ents if (span := self._trim(found)) is not None)
        model = list(self._places.retyped(span for span in trimmed if not _is_common_word(span, common)))
        if dateline := list(self._proposer.dateline(doc)):
            model = [*dateline, *(span for span in model if span.start >= dateline[-1].end)]
        model = [whole(span, self._gazetteer, self._words) for span in model]
        people = list(self._proposer.people(doc))
        model = _without_overlaps([*people, *model])
        model = _without_overlaps([*model, *self._proposer.speakers(doc), *self._proposer.places(doc)])
        if not _TITLE_CASE.search(doc.text):
            model = []  # capitals tell nothing in a headline that is all capitals; the gazetteer still does
        taken: list[tuple[DocSpan, Entry | None]] = list(known)
        for span in model:
            inside = [(other, entry) for other, entry in taken if other.start < span.end and span.start < other.end]
            if any(not self._extends(span, other) for other, _ in inside):
                continue
            if inside and self._adds_nothing(span, [other for other, _ in inside]):
                continue
            taken = [pair for pair in taken if pair not in inside]
            taken.append((span, self._respelt(span)))
        taken = [self._completed(span, entry) for span, entry in taken]
        mentions = (self._mention(span, entry) for span, entry in sorted(taken, key=lambda pair: pair[0].start))
        return [mention for mention in mentions if mention is not None]

    def _completed(self, span: DocSpan, entry: Entry | None) -> tuple[DocSpan, Entry | None]:
        """``span`` with the words around it that belong to the name, which may make it another thing's."""
        if (longer := with_noun(span, entry, self._words)) is not None:
            return longer, None
        if entry is not None and (longer := with_kind_of_state(span, entry)) is not None:
            return longer, entry
        return span, entry

    def _known(self, doc: Doc) -> Iterator[tuple[DocSpan, Entry]]:
        at = 0
        while at < len(doc):
            found = self._longest(doc, at)
            if found is None:
                at += 1
                continue
            yield found
            at = found[0].end

    def _longest(self, doc: Doc, at: int) -> tuple[DocSpan, Entry] | None:
        first = doc[at].text
        if not (first[0].isupper() or first in _PARTICLES):
            return None
        key = fold(name_key(first)).split(" ")[0]
        if key not in self._firsts and key.removesuffix("s") not in self._firsts:
            return None
        for end in range(min(len(doc), at + _LONGEST), at, -1):
            span = doc[at:end]
            if span.text[-1].isspace() or not (span[-1].text[0].isalnum() or span.text.endswith(".")):
                continue
            entry = self._gazetteer.lookup(span.text) if "\n" not in span.text else None
            if entry is not None and _is_written_small(span, entry):
                continue
            if entry is not None and any(character.isupper() for character in span.text):
                article = at > 0 and entry.name.startswith("The ") and doc[at - 1].text in {"The", "THE"}
                return (doc[at - 1 : end] if article else span), entry
        return None

    def _trim(self, found: DocSpan) -> DocSpan | None:
        """``found`` without articles, possessives and titles; None where nothing of interest is left."""
        if found.label_ not in TYPES | _NOT_NAMES or "\n" in found.text.strip():
            return None
        start, end = found.start, found.end
        doc = found.doc
        while start < end and (doc[start].text.lower() in _LEADING or doc[start].is_space):
            start += 1
        while start < end and (doc[end - 1].text in _TRAILING or doc[end - 1].is_space):
            end -= 1
        end = next((at for at in range(start, end) if doc[at].text in _BRACKETS), end)
        label = "PERSON" if self._is_titled(doc, start, end) else found.label_
        if label == "PERSON":
            start = self._first_of_name(doc, start, end)
            end = next((at for at in range(start, end) if doc[at].text in _POSSESSIVES), end)
        return doc.char_span(doc[start].idx, doc[end - 1].idx + len(doc[end - 1]), label) if start < end else None

    def _is_titled(self, doc: Doc, start: int, end: int) -> bool:
        """Whether a title right before the name, or at its front, makes it a person's."""
        if not 0 < end - start <= 4:
            return False
        titled = start > 0 and self._words.heads_person(doc[start - 1].text)
        return titled or (end - start > 1 and self._words.heads_person(doc[start].text))

    def _first_of_name(self, doc: Doc, start: int, end: int) -> int:
        """Where a person's name begins between ``start`` and ``end``, after titles, states and peoples."""
        first = start
        for at in range(start, end):
            entry = self._gazetteer.lookup(doc[at].text)
            if self._words.is_title(doc[at].text) or (entry is not None and entry.type == "NORP"):
                first = at + 1
            elif not doc[at].is_punct and entry is None:
                break
        return first

    def _extends(self, span: DocSpan, other: DocSpan) -> bool:
        return span.start <= other.start and other.end <= span.end and len(span) > len(other)

    def _adds_nothing(self, span: DocSpan, parts: list[DocSpan]) -> bool:
        last = parts[-1]
        if last.end == span.end and len(last) > 1 and span.label_ == "PERSON":
            return True  # a known full name, and words of the headline before it
        covered = {at for part in parts for at in range(part.start, part.end)}
        rest = [token for token in span if token.i not in covered]
        return all(self._words.is_title(token.text) or not token.text[0].isupper() for token in rest)

    def _respelt(self, span: DocSpan) -> Entry | None:
        """The known person whose name ``span`` writes in another way: the same last name, a similar first name."""
        if span.label_ != "PERSON" or len(span) < 2:
            return None
        entry = self._gazetteer.lookup(span[-1].text)
        if entry is None or entry.type != "PERSON":
            return None
        ours, theirs = name_key(span[0].text), name_key(entry.name).split(" ")[0]
        return entry if _similar(ours, theirs) else None

    def _mention(self, span: DocSpan, entry: Entry | None) -> Mention | None:
        name = " ".join(span.text.split())
        if entry is None and span.label_ == _DATELINE_LABEL:
            return Mention(span.start_char, span.end_char, name.title(), "GPE")
        type_ = entry.type if entry is not None else self._words.type_of(name, span.label_)
        if type_ is None or type_ not in TYPES:
            return None
        before = span.doc[span.start - 1].lower_ if span.start else ""
        if entry is None and before in _CHANNEL_WORDS and self._words.is_channel(name):
            return None
        return Mention(span.start_char, span.end_char, name, type_, entry)


def _is_written_small(span: DocSpan, entry: Entry) -> bool:
    """Whether ``span`` is a body's name but for the small letters of its last word: "the Indian army"."""
    last = span[-1].text
    if entry.type != "ORG" or len(span) == 1 or not last.islower():
        return False
    return not any(alias.endswith(f" {last}") for alias in entry.aliases)


def _without_overlaps(spans: list[DocSpan]) -> list[DocSpan]:
    """``spans`` without those that meet an earlier one of the list."""
    kept: list[DocSpan] = []
    for span in spans:
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return kept


def _is_common_word(span: DocSpan, common: Set[str]) -> bool:
    """Whether ``span`` is one word that has its capital only from the beginning of a sentence."""
    token = span[0]
    if len(span) > 1 or not (token.is_sent_start or token.nbor(-1).is_punct):
        return False
    return not token.tag_.startswith("NNP") or token.lower_ in common


def _similar(one: str, other: str) -> bool:
    from difflib import SequenceMatcher

    return one[:1] == other[:1] and SequenceMatcher(None, one, other).ratio() >= 0.6
