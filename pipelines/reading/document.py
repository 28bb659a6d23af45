"""One article on its way through reading: its words, what spaCy made of them, and what is known of it so far.

The texts that spaCy parsed are the article's own ``title`` and ``text``, with blanks in the place of noise, so that
every spaCy character offset is an offset of the record.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from schemas.gazetteer import Gazetteer
from schemas.records import Article, Entity, Span, TextField, TopicLabel

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as DocSpan

FIELDS: tuple[TextField, ...] = ("title", "text")


@dataclass(frozen=True)
class Document:
    """An article with its parsed fields; ``title`` and ``text`` are None where the article has none or none is read.

    ``article`` has blanks where ``noise`` stood.
    """

    article: Article
    lang: str | None
    title: Doc | None
    text: Doc | None
    gazetteer: Gazetteer
    noise: tuple[Span, ...] = ()
    entities: tuple[Entity, ...] = ()
    topics: tuple[TopicLabel, ...] = ()

    def doc(self, field: TextField) -> Doc | None:
        """The parsed ``title`` or ``text``."""
        return self.title if field == "title" else self.text

    def sentences(self) -> Iterator[tuple[TextField, DocSpan]]:
        """The sentences of title and text that are not noise, in order, each with its field."""
        for field in FIELDS:
            doc = self.doc(field)
            if doc is not None:
                yield from (
                    (field, sentence)
                    for sentence in doc.sents
                    if sentence.text.strip() and not self.is_noise(field, sentence.start_char)
                )

    def is_noise(self, field: TextField, position: int) -> bool:
        """Whether the character at ``position`` of ``field`` belongs to noise."""
        starts, ends = self._noise_bounds[field]
        at = bisect_right(starts, position) - 1
        return at >= 0 and position < ends[at]

    @cached_property
    def _noise_bounds(self) -> dict[TextField, tuple[list[int], list[int]]]:
        bounds: dict[TextField, tuple[list[int], list[int]]] = {}
        for field in FIELDS:
            spans = sorted((s.start, s.end) for s in self.noise if s.field == field)
            bounds[field] = ([start for start, _ in spans], [end for _, end in spans])
        return bounds


def span_of(field: TextField, words: DocSpan | Token) -> Span:
    """Where ``words`` (a spaCy span or token) stand in ``field``, without white space at their ends."""
    text = words.text
    start = words.idx if hasattr(words, "idx") else words.start_char
    start += len(text) - len(text.lstrip())
    return Span(field=field, start=start, end=start + len(text.strip()))
