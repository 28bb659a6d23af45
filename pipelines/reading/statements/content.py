"""What is said: the words that a source is made to say in one sentence, as a run of tokens."""

from __future__ import annotations

from itertools import pairwise

from spacy.tokens import Span, Token

from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.source import Attribution
from pipelines.reading.statements.words import PASSIVE_SUBJECTS, SUBJECTS

_STOPS = frozenset(".!?…;")


def content(cue: Cue, sentence: Sentence, attribution: Attribution) -> Span:
    """The words said that hold ``cue``: its quotation where that is a clause of its own, else what the verb governs."""
    quote = sentence.quote_of(cue.span.root)
    if quote is not None and is_clause(cue, sentence):
        doc = sentence.span.doc
        inside = [token for token in sentence.span if quote.start <= token.idx < quote.end]
        stops = [one.i for one, after in pairwise(inside) if one.text in _STOPS and not after.is_lower]
        start = max((i + 1 for i in stops if i < cue.span.start), default=inside[0].i)
        return doc[start : min((i for i in stops if i >= cue.span.end), default=inside[-1].i + 1)]
    return _governed(cue.span.root, sentence, attribution)


def is_clause(cue: Cue, sentence: Sentence) -> bool:
    """Whether the quotation around ``cue`` holds the clause, and not only some words of it ("legitimate targets")."""
    quote = sentence.quote_of(cue.span.root)
    if quote is None or sentence.quote_of(cue.head) != quote:
        return False
    subjects = [child for child in cue.head.children if child.dep_ in SUBJECTS | PASSIVE_SUBJECTS]
    return all(sentence.quote_of(child) == quote for child in subjects or [cue.head.left_edge])


def _governed(word: Token, sentence: Sentence, attribution: Attribution) -> Span:
    """The part of the sentence after the verb of saying, or before it where ``word`` stands there."""
    body, doc = sentence.body, sentence.span.doc
    verb = attribution.verb
    if verb is None or attribution.carried:
        colon = next((t.i for t in doc[attribution.source.i + 1 : word.i] if t.text == ":"), sentence.opening - 1)
        return doc[colon + 1 : body.end]
    if verb.i < word.i:
        return doc[_after_complementizer(verb, word) : body.end]
    end = min(verb.i, attribution.source.left_edge.i)
    return doc[sentence.opening : end] if end > word.i else body


def _after_complementizer(verb: Token, word: Token) -> int:
    """Where the content begins: after the first "that" before ``word``, else after ``verb`` and the day told there."""
    doc = verb.doc
    for i in range(verb.i + 1, word.i):
        if doc[i].lower_ == "that":
            return i + 1
    start = verb.i + 1
    if start + 1 < word.i and doc[start].lower_ == "on" and doc[start + 1].ent_type_ == "DATE":
        start += 1
    while start < word.i and doc[start].ent_type_ in ("DATE", "TIME"):
        start += 1
    return start
