"""Where a name begins and ends, where the model cut it wrongly.

- a name goes on after a hyphen ("Yahya Sarea-Qassem"), and over the capitalised words beside it ("Hanbit Engineering");
- a person's name ends before the state ("Marios Christofi of Cyprus");
- the common noun after it belongs to the name of a building, a radio, a range ("Visby airport", "Troodos mountains");
- a state's name has what kind of state it is before it ("Republic of Chad").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.reading.names import NameWords
from schemas.gazetteer import Entry, Gazetteer

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as DocSpan

SUFFIXES = frozenset({"style", "based", "born", "led", "backed", "era", "like", "linked", "run", "owned", "themed"})
_HEADLINE = 0.8
_STATE_KINDS = frozenset({"Republic", "State", "Kingdom", "Sultanate", "Emirate", "Commonwealth", "Federation"})
_OF_STATE_KINDS = frozenset({"Islamic", "Democratic", "People's", "Socialist", "Federal", "Hashemite", "Arab", "Union"})


def whole(span: DocSpan, gazetteer: Gazetteer, words: NameWords) -> DocSpan:
    """``span`` with all words of its name and no others."""
    doc, start, end = span.doc, span.start, span.end
    if span.label_ == "PERSON":
        ends = (at for at in range(start + 1, end - 1) if doc[at].lower_ == "of" and gazetteer.lookup(doc[at + 1].text))
        end = next(ends, end)
    if gazetteer.lookup(span.text) is not None or _is_headline(span):
        return span
    if span.label_ in {"PERSON", "ORG"} and end == span.end:
        while end + 1 < len(doc) and _joins(doc, end, span.label_ == "PERSON"):
            end += 2
        while end < len(doc) and _goes_on(doc[end], gazetteer, words):
            end += 1
    if span.label_ == "PERSON":
        while start > 0 and not doc[start].is_sent_start and _goes_on(doc[start - 1], gazetteer, words, first=True):
            start -= 1
    return span if (start, end) == (span.start, span.end) else _span(doc, start, end, span.label_)


def with_noun(span: DocSpan, entry: Entry | None, words: NameWords) -> DocSpan | None:
    """``span`` with the common noun that belongs to it, None where there is none."""
    doc, end = span.doc, span.end
    if entry is not None and (entry.type in {"NORP", "PERSON"} or entry.side == entry.name):
        return None
    if span.label_ == "PERSON" and len(span) < 2:
        return None
    if end >= len(doc) or not doc[end - 1].whitespace_:
        return None
    pair = doc[end : end + 2]
    if type_ := words.noun_type(pair.text):
        return _span(doc, span.start, pair.end, type_)
    type_ = words.noun_type(doc[end].text)
    is_whole = type_ is not None and not (doc[end].whitespace_ and pair[-1].tag_ in {"NN", "NNS"} and len(pair) > 1)
    return _span(doc, span.start, end + 1, type_) if type_ is not None and is_whole else None


def with_kind_of_state(span: DocSpan, entry: Entry) -> DocSpan | None:
    """``span``, the name of a state, with "Republic of" and the like before it, None where there is none."""
    doc, start = span.doc, span.start
    if entry.type != "GPE" or entry.side != entry.name:
        return None
    if start > 1 and doc[start - 1].lower_ == "the":
        start -= 1
    if start < 2 or doc[start - 1].lower_ != "of" or doc[start - 2].text not in _STATE_KINDS:
        return None
    start -= 2
    while start > 0 and doc[start - 1].text in _OF_STATE_KINDS:
        start -= 1
    return _span(doc, start, span.end, "GPE")


def _is_headline(span: DocSpan) -> bool:
    """Whether nearly all words of the sentence begin with a capital, so that capitals do not mark names."""
    words = [token.text for token in span.sent if token.is_alpha and len(token) > 3]
    return len(words) > 3 and sum(word[0].isupper() for word in words) > _HEADLINE * len(words)


def _joins(doc: Doc, at: int, is_person: bool) -> bool:
    """Whether a hyphen at ``at`` joins two capitalised words, or the two of a given name ("Ki-seok")."""
    return (
        doc[at].text == "-"
        and not doc[at].whitespace_
        and not doc[at - 1].whitespace_
        and (doc[at + 1].text[0].isupper() or (is_person and doc[at + 1].text not in SUFFIXES))
        and not doc[at + 1].text.isupper()
    )


def _goes_on(token: Token, gazetteer: Gazetteer, words: NameWords, first: bool = False) -> bool:
    """Whether the name beside which ``token`` stands has it too, as its ``first`` word or a later one."""
    if token.tag_ != "NNP" or not token.text[0].isupper() or not token.text.isalpha() or token.text.isupper():
        return False
    if words.is_title(token.text) or words.is_generic(token.text) or gazetteer.lookup(token.text) is not None:
        return False
    beside = token.doc[token.i - 1] if not first and token.i else token
    return beside.whitespace_ == " " and (first or not token.is_sent_start)


def _span(doc: Doc, start: int, end: int, label: str) -> DocSpan:
    from spacy.tokens import Span as DocSpan

    return DocSpan(doc, start, end, label)
