"""The document: its sentences leave noise out, and spans of spaCy are spans of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.reading.document import Document, span_of
from schemas.gazetteer import Gazetteer
from schemas.records import Article, Span
from tests.pipelines.reading.conftest import NOW

if TYPE_CHECKING:
    from spacy.language import Language

TEXT = "The port reopened.\n\nREAD ALSO: Admiral speaks\n\nShips came back. "


def test_sentences_leave_noise_out(nlp: Language, gazetteer: Gazetteer) -> None:
    article = Article(id="a", feed="f", fetched=NOW, title="Port open", text=TEXT)
    noise = (Span(field="text", start=20, end=45),)
    document = Document(article, "en", nlp("Port open"), nlp(TEXT), gazetteer, noise)
    spans = [span_of(field, sentence) for field, sentence in document.sentences()]
    assert [(span.field, article.field(span.field)[span.start : span.end]) for span in spans] == [
        ("title", "Port open"),
        ("text", "The port reopened."),
        ("text", "Ships came back."),
    ]
    assert [document.is_noise("text", at) for at in (19, 20, 44, 45)] == [False, True, True, False]
    assert not document.is_noise("title", 20)


def test_a_token_has_a_span(nlp: Language) -> None:
    assert span_of("text", nlp(TEXT)[1]) == Span(field="text", start=4, end=8)
