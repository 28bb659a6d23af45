"""Sentence boundaries: never within a quotation, never across a paragraph, not after initials and titles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.reading.quotes import quotations
from pipelines.reading.sentences import SentenceRules

if TYPE_CHECKING:
    from spacy.language import Language

CASES = {
    "initials, ranks and units": [
        'Lt. Gen. Mark A. Rowland, the head of the U.S. Seventh Guard, said on Nov. 3 that "any boat that comes within '
        '5 nm. of St. Anselm Island will be sunk."',
        "Adm. P. R. Haverly agreed.",
        "No. 2 in the ministry, Gov. J. T. Ahl, did not.",
    ],
    "several sentences in one quotation": [
        "“We will strike. We will not stop. Anyone who comes will burn,” he said.",
        "“It is over.”",
        "Markets fell.",
    ],
    "a question and who asked it": ['"Will you go? Now?" Petrov asked.', '"Yes."', "It ended."],
    "apostrophes": ["The soldiers' tents burned.", "It's over.", "Kyiv’s allies’ ships left."],
    "abbreviations at the end": ["He works for Acme Inc.", "The firm grew.", "It left at 5 p.m. on Monday."],
    "dots that are no stops": ["Shares rose 3.5 percent.", "Then ... nothing moved."],
    "guillemets": ["« Nous viendrons. Demain. »", "Paris se tait."],
}


@pytest.mark.parametrize("sentences", CASES.values(), ids=CASES.keys())
def test_sentences(nlp: Language, sentences: list[str]) -> None:
    assert [sentence.text for sentence in nlp(" ".join(sentences)).sents] == sentences


def test_a_line_break_ends_a_sentence_and_an_unclosed_quotation(nlp: Language) -> None:
    text = "A headline without a stop\n“They come. They burn\n\nThe next paragraph"
    assert [s.text.strip() for s in nlp(text).sents] == [
        "A headline without a stop",
        "“They come. They burn",
        "The next paragraph",
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([*"aB.,!?'\"“”‘’«»\n 1", " The ", " said", ". "]), max_size=60).map("".join))
def test_no_sentence_begins_within_a_quotation_or_crosses_a_paragraph(nlp: Language, text: str) -> None:
    starts = [token.idx for token in SentenceRules()(nlp.make_doc(text)) if token.is_sent_start and token.i]
    inside = [q for q in quotations(text) if any(q.start < at < q.end for at in starts)]
    assert inside == []
    for at, token in ((t.idx, t) for t in nlp.make_doc(text) if not t.is_space and t.i):
        if "\n" in token.nbor(-1).text:
            assert at in starts or token.nbor(-1).i == 0
