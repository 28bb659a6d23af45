"""The sentences of an article, each with the paragraph and the quotations in which its words stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Doc, Span, Token

from pipelines.reading.document import FIELDS, Document
from pipelines.reading.quotes import Quotation, quotations
from pipelines.reading.sentences import DATELINE
from schemas.records import TextField


@dataclass(frozen=True)
class Sentence:
    """One sentence. ``index`` counts the sentences of its field, ``paragraph`` the paragraphs, both from 0."""

    field: TextField
    index: int
    paragraph: int
    span: Span
    quotes: tuple[Quotation, ...]

    @cached_property
    def body(self) -> Span:
        """The sentence without white space at its ends."""
        start, end = self.span.start, self.span.end
        while start < end - 1 and self.span.doc[start].is_space:
            start += 1
        while end > start + 1 and self.span.doc[end - 1].is_space:
            end -= 1
        return self.span.doc[start:end]

    @cached_property
    def opening(self) -> int:
        """The first token after a dateline ("BEIRUT (Agency) -"): where it was written is not who speaks."""
        body = self.body
        dateline = DATELINE.match(body.text)
        if dateline is None:
            return body.start
        return next((t.i for t in body if t.idx >= body.start_char + dateline.end()), body.start)

    def doc_from_opening(self) -> Span:
        """The sentence without white space and dateline."""
        return self.span.doc[self.opening : self.body.end]

    def quote_of(self, token: Token) -> Quotation | None:
        """The quotation within whose marks ``token`` stands, the innermost one."""
        inside = [quote for quote in self.quotes if quote.start <= token.idx < quote.end]
        return min(inside, key=lambda quote: quote.end - quote.start, default=None)

    def quoted(self, token: Token) -> bool:
        """Whether ``token`` stands within quotation marks."""
        return self.quote_of(token) is not None

    def outside(self) -> list[Token]:
        """The words of the sentence that are no part of a quotation."""
        return [token for token in self.span if not self.quoted(token)]


def sentences(document: Document) -> list[Sentence]:
    """All sentences of title and text in reading order, but for those in the article's noise."""
    return [sentence for field in FIELDS for sentence in _of_field(field, document)]


def _of_field(field: TextField, document: Document) -> Iterator[Sentence]:
    doc, text = document.doc(field), document.article.field(field)
    if doc is None:
        return
    quotes = quotations(text)
    paragraph = index = first = 0
    end = 0
    for span in _with_dateline(doc):
        paragraph += "\n" in text[end : span.start_char + 1]
        while first < len(quotes) and quotes[first].end <= span.start_char:
            first += 1
        words = span.text.rstrip()
        end = span.start_char + len(words)
        if words.strip() and not document.is_noise(field, span.start_char):
            last = first
            while last < len(quotes) and quotes[last].start < span.end_char:
                last += 1
            yield Sentence(field, index, paragraph, span, tuple(quotes[first:last]))
            index += 1


def _with_dateline(doc: Doc) -> Iterator[Span]:
    """The sentences of ``doc``; a dateline is parsed apart, and read as the beginning of the sentence that follows."""
    start = None
    for span in doc.sents:
        if start is None and DATELINE.fullmatch(span.text.strip()) is not None and span.end < len(doc):
            start = span.start
            continue
        yield span if start is None else doc[start : span.end]
        start = None
