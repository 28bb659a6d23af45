"""Where the words of a query stand in a record: for the reader's eye, and for the reasons of an alert."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from schemas.query.analyse import Token, folded, words
from schemas.query.occurrences import Places, occurrences, places
from schemas.query.project import GAP, passages
from schemas.query.tree import All, Any, Node, Prefix, Query, Words
from schemas.records import Record


class Highlight(NamedTuple):
    """Characters ``start`` to ``end`` (exclusive) of ``field`` as it is stored.

    Words of a statement's evidence are told as they stand in the article's ``title`` or ``text``.
    """

    field: str
    start: int
    end: int


def highlight(query: Query, record: Record) -> tuple[Highlight, ...]:
    """Where the words that ``query`` wants stand in ``record``: in order, each once; a phrase is one span."""
    marker = Marker(query.index, record)
    return tuple(sorted({span for clause in _wanted(query.root) for span in marker.spans(clause)}))


def _wanted(node: Node) -> Iterator[Words | Prefix]:
    match node:
        case Words() | Prefix():
            yield node
        case All() | Any():
            for part in node.parts:
                yield from _wanted(part)


class Marker:
    """Marks the words of clauses in one record, which is analysed once for all of them."""

    def __init__(self, index: str, record: Record) -> None:
        self._passages = passages(index, record)
        self._analysed = cache(self._analyse)

    def spans(self, clause: Words | Prefix) -> Iterator[Highlight]:
        """Where the words of ``clause`` stand, field by field; nothing for texts that the record does not store."""
        analyse = folded if isinstance(clause, Prefix) else words
        for field in clause.fields:
            spans, places = self._analysed(field, analyse)
            for positions in occurrences(clause, places):
                found = [spans[position] for position in positions]
                if isinstance(clause, Words) and clause.slop is None:
                    found = [_from_to(found[0], found[-1])]
                yield from (span for span in found if span is not None)

    def _analyse(self, field: str, analyse: Callable[[str], list[Token]]) -> tuple[list[Highlight | None], Places]:
        tokens: list[str] = []
        spans: list[Highlight | None] = []
        for passage in self._passages.get(field, ()):
            found = analyse(passage.text)
            if tokens and found:
                tokens.extend(GAP)
                spans.extend([None] * len(GAP))
            for token in found:
                tokens.append(token.text)
                start, end = passage.start + token.start, passage.start + token.end
                spans.append(Highlight(passage.field, start, end) if passage.field else None)
        return spans, places(tokens)


def _from_to(first: Highlight | None, last: Highlight | None) -> Highlight | None:
    return Highlight(first.field, first.start, last.end) if first and last else None
