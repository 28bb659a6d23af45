"""The noun phrase around a word, and what it says: whose name stands in it, whether it is only an owner's or former."""

from __future__ import annotations

from spacy.tokens import Span, Token

from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.words import trim

_FORMER = frozenset({"former", "ex", "retired", "late"})


def phrase_of(source: Token, sentence: Sentence) -> Span:
    """The noun phrase around ``source``, without relative clauses."""
    doc = source.doc
    end = source.i + 1
    for child in source.rights:
        if child.dep_ in ("relcl", "acl", "cc", "conj"):
            break
        if child.dep_ in ("prep", "appos", "flat", "nmod", "compound", "poss", "case"):
            end = max(end, child.right_edge.i + 1)
    start = max(source.left_edge.i, min(sentence.opening, source.i))
    while start < source.i and (doc[start].is_punct or doc[start].pos_ in ("CCONJ", "SCONJ", "ADP", "ADV", "VERB")):
        start += 1
    return doc[start:end]


def bare(span: Span) -> str:
    """``span`` without an article before it and what follows a comma."""
    words = trim(span)
    comma = next((token.i for token in words if token.text in (",", "(")), words.end)
    words = words.doc[words.start : comma]
    return words[1:].text if len(words) > 1 and words[0].pos_ == "DET" else words.text


def former(phrase: Span) -> bool:
    """Whether ``phrase`` names one who has left the office."""
    return any(token.lower_ in _FORMER for token in phrase)


def owns(name: Span) -> bool:
    """Whether ``name`` only says whose something is."""
    after = name.doc[name.end].lower_ if name.end < len(name.doc) else ""
    return after in ("'s", "’s") or name[-1].lower_ in ("'s", "’s")


def names(mention: Span, source: Token) -> bool:
    """Whether ``mention`` is the name of ``source``, and not of another in its phrase ("an adviser to Dawit Lemma")."""
    token = mention.root
    while token != source and token.head != token:
        if token.dep_ == "pobj" or (token.dep_ == "poss" and mention.start < source.i):
            return False
        token = token.head
    return True
