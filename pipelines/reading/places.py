"""Tells names of places from names of people and bodies, by the world's towns and by the words around a name.

The model guesses the type of a name that it has never seen by its looks, and takes far places for people or companies.
What stands around the name knows better: people speak and have titles, and one is "in", "near" or "north of" a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pipelines.reading.names import NameWords
from schemas.gazetteer.towns import Towns
from schemas.lexicon import load_lexicon

if TYPE_CHECKING:
    from spacy.tokens import Span as DocSpan
    from spacy.tokens import Token

_INSIDE = frozenset({"in", "near", "outside", "around", "at", "into", "inside", "toward", "towards", "across", "off"})
_MAYBE_INSIDE = frozenset({"from", "to", "over", "between", "through", "of", "via", "beyond", "above", "and"})
_BEARINGS = frozenset({"north", "south", "east", "west", "km", "kilometres", "kilometers", "miles", "outskirts"})
SPEAKS = load_lexicon().lemmas["say_verbs"] | {"ask", "call", "nod", "shrug", "sigh", "smile", "think", "want"}


class PlaceTeller:
    """Says what the unknown names of a text are, people and bodies or places."""

    def __init__(self, words: NameWords, towns: Towns) -> None:
        self._words = words
        self._towns = towns

    def retyped(self, spans: Iterable[DocSpan]) -> Iterator[DocSpan]:
        """``spans`` (of one text), with another type where their surroundings or the towns tell better."""
        from spacy.tokens import Span as DocSpan

        for span in spans:
            label = self._label(span)
            yield span if label == span.label_ else DocSpan(span.doc, span.start, span.end, label)

    def _label(self, span: DocSpan) -> str:
        label = span.label_
        if label not in {"PERSON", "ORG", "LOC", "FAC", "EVENT", "NORP", "PRODUCT", "GPE", "WORK_OF_ART"}:
            return label
        if 1 < len(span) <= 4 and label != "PERSON" and self._is_persons(span):
            return "PERSON"
        known = span.text in self._towns
        before, after = _at(span, span.start - 1), _at(span, span.end)
        if label == "GPE":
            is_author = len(span) > 1 and not known and before is not None and before.lower_ == "by"
            return "PERSON" if is_author else label
        if label == "PERSON":
            if self._is_persons(span) or (len(span) > 1 and after is not None and after.text in {"'s", "’s"}):
                return label
            return "GPE" if _is_entered(span) or (known and self._may_be_entered(span)) else label
        return "GPE" if known or (label == "ORG" and self._is_stood_in(span)) else label

    def _is_persons(self, span: DocSpan) -> bool:
        """Whether a title before the name, or a word of speaking beside it, makes it a person's."""
        return self._is_titled(span) or _speaks(span)

    def _is_titled(self, span: DocSpan) -> bool:
        before = span.start - 1
        if before > 0 and span.doc[before].text == ",":
            before -= 1
        return before >= 0 and self._words.heads_person(span.doc[before].text)

    def _may_be_entered(self, span: DocSpan) -> bool:
        before, after = _at(span, span.start - 1), _at(span, span.end)
        if before is not None and before.lower_ in _INSIDE | _MAYBE_INSIDE:
            return True
        return after is not None and self._words.follows_place(after.lower_)

    def _is_stood_in(self, span: DocSpan) -> bool:
        """Whether one is in or at the name, and not an analyst at it."""
        if len(span) > 2 or span.text.isupper() or not _is_entered(span):
            return False
        before = _at(span, span.start - 2)
        return before is None or not self._words.is_title(before.text)


def _speaks(span: DocSpan) -> bool:
    after = _at(span, span.end)
    before = _at(span, span.start - 1)
    return any(token is not None and token.lemma_ in SPEAKS and token.pos_ == "VERB" for token in (before, after))


def _is_entered(span: DocSpan) -> bool:
    """Whether one is "in" the name, or so many miles "north of" it."""
    before = _at(span, span.start - 1)
    if before is None:
        return False
    if before.lower_ == "of":
        further = _at(span, span.start - 2)
        return further is not None and further.lower_ in _BEARINGS
    return before.lower_ in _INSIDE


def _at(span: DocSpan, at: int) -> Token | None:
    return span.doc[at] if 0 <= at < len(span.doc) else None
