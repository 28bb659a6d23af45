"""The quotation that carries a statement: of all that its speaker is quoted with there, what is worded most like one.

A quotation of several sentences is cut to those that carry the statement: the others only stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from spacy.tokens import Span, Token

from pipelines.reading.document import Document
from pipelines.reading.quotes import Quotation
from pipelines.reading.statements.candidates import Scored
from pipelines.reading.statements.conditions import condition_and_consequence
from pipelines.reading.statements.own_words import OwnWords
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.wording import likenesses
from schemas import records
from schemas.records import TextField

_STOPS = frozenset(".!?…;")
_CLOSING = ",.;:"
_LEAST_WORDS = 2
_OF_CUE = 1.0
"""What the cue in a piece is worth beside its wording, in log odds."""
_TOO = 1.0
"""A piece beside the most telling one belongs to it if its log odds are no less."""


class _Piece(NamedTuple):
    """A sentence within a quotation of ``sentence``; ``quotation`` counts the quotations, ``cued``: it holds a cue."""

    sentence: Sentence
    quotation: int
    words: Span
    cued: bool


class Telling(NamedTuple):
    """The quotation that carries a statement: its ``words``, and condition and consequence where it tells both."""

    field: TextField
    words: Span
    condition: Span | None
    consequence: Span | None


def telling_quote(group: Sequence[Scored], own: OwnWords | None) -> Telling | None:
    """The quotation of ``group``; None where it has none.

    ``own`` is what the speaker is quoted with after the group.
    """
    pieces = list(_pieces(group, own))
    if not pieces:
        return None
    odds = [one.odds for one in likenesses([piece.words for piece in pieces])]
    worth = [score + _OF_CUE * piece.cued for score, piece in zip(odds, pieces, strict=True)]
    first = last = max(range(len(pieces)), key=lambda at: worth[at])
    best = pieces[first]
    while first > 0 and pieces[first - 1].quotation == best.quotation and worth[first - 1] >= _TOO:
        first -= 1
    while last + 1 < len(pieces) and pieces[last + 1].quotation == best.quotation and worth[last + 1] >= _TOO:
        last += 1
    words = best.words.doc[pieces[first].words.start : pieces[last].words.end]
    return Telling(best.sentence.field, words, *(condition_and_consequence(best.words) or (None, None)))


def bare(document: Document, quote: Telling) -> records.Span:
    """Where ``quote`` stands, without a closing comma or stop."""
    start, end = quote.words.start_char, quote.words.end_char
    words = document.article.field(quote.field)[start:end].rstrip().rstrip(_CLOSING).rstrip()
    return records.Span(field=quote.field, start=start, end=start + len(words))


def _pieces(group: Sequence[Scored], own: OwnWords | None) -> Iterator[_Piece]:
    cues = {scored.candidate.cue.span.root.i for scored in group}
    places = {(one.candidate.sentence, quote): None for one in group for quote in one.candidate.sentence.quotes}
    if own is not None:
        places[own.sentence, own.quotation] = None
    for number, (sentence, quote) in enumerate(places):
        for words in _sentences_of(sentence, quote):
            cued = any(words.start <= cue < words.end for cue in cues)
            if cued or sum(token.is_alpha for token in words) >= _LEAST_WORDS:
                yield _Piece(sentence, number, words, cued)


def _sentences_of(sentence: Sentence, quote: Quotation) -> Iterator[Span]:
    inside = [token for token in sentence.span if quote.start <= token.idx < quote.end]
    while inside and (inside[-1].is_space or inside[-1].is_quote):
        inside.pop()
    if not inside:
        return
    doc = sentence.span.doc
    cuts = [after.i for one, after in pairwise(inside) if _ends(one, after)]
    for start, end in pairwise([inside[0].i, *cuts, inside[-1].i + 1]):
        yield doc[start:end]


def _ends(one: Token, after: Token) -> bool:
    return one.text in _STOPS and not after.is_lower and not after.is_quote
