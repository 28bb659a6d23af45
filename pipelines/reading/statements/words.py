"""Small questions about words: is it in a class of the lexicon, who is its subject, what does it govern."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.lang.en.syntax_iterators import noun_chunks as english_noun_chunks
from spacy.tokens import Span, Token

from schemas.lexicon import load_lexicon

LEXICON = load_lexicon()
SUBJECTS = frozenset({"nsubj", "csubj"})
PASSIVE_SUBJECTS = frozenset({"nsubjpass", "csubjpass"})
_FUTURE = frozenset({"will", "would", "shall", "'ll", "’ll", "wo", "'d", "’d"})
_READY = frozenset({"ready", "prepared", "determined", "set", "going", "resolved", "poised", "forced", "obliged"})
_NEGATIONS = frozenset({"not", "n't", "n’t", "never", "no", "nor"})


def among(token: Token, *classes: str) -> bool:
    """Whether the dictionary form of ``token`` is in one of ``classes`` of the lexicon."""
    lemma = token.lemma_.lower()
    return any(lemma in LEXICON.lemmas[name] for name in classes)


def ancestors(token: Token) -> Iterator[Token]:
    """``token``, its head, the head's head and so on to the root of the sentence."""
    yield token
    yield from token.ancestors


def subject(verb: Token) -> Token | None:
    """Who does what ``verb`` says: its own subject, or that of the verb that it depends on or is joined to."""
    own = next((child for child in verb.children if child.dep_ in SUBJECTS), None)
    if own is not None:
        return _antecedent(own, verb)
    if verb.dep_ in ("conj", "xcomp", "advcl") and verb.head.pos_ in ("VERB", "AUX"):
        return subject(verb.head)
    if verb.dep_ == "acl":
        return verb.head
    return None


def _antecedent(own: Token, verb: Token) -> Token:
    if own.tag_ in ("WP", "WDT") and verb.dep_ == "relcl":
        return verb.head
    return own


def future(verb: Token) -> bool:
    """Whether ``verb`` is announced: will, would, shall, going to, ready to, or joined to such a verb."""
    if any(child.lower_ in _FUTURE for child in verb.children if child.dep_ == "aux"):
        return True
    if verb.dep_ in ("xcomp", "advcl") and verb.tag_ == "VB" and among(verb.head, "threaten_verbs"):
        return True
    if verb.dep_ == "xcomp" and verb.head.lower_ in _READY:
        return True
    if verb.dep_ == "conj" and not any(child.dep_ in SUBJECTS | {"aux"} for child in verb.children):
        return future(verb.head)
    return verb.dep_ in ("xcomp", "acomp") and verb.head.pos_ in ("AUX", "VERB", "ADJ") and future(verb.head)


def negated(verb: Token) -> bool:
    """Whether ``verb``, or the verb whose infinitive it is, carries a negation."""
    if any(child.lower_ in _NEGATIONS for child in verb.children):
        return True
    return verb.dep_ == "xcomp" and negated(verb.head)


def counterfactual(verb: Token) -> bool:
    """ "Would have struck": what did not happen."""
    return any(child.lower_ in ("have", "'ve", "’ve") for child in verb.children if child.dep_ == "aux") or (
        verb.dep_ == "xcomp" and counterfactual(verb.head)
    )


def noun_chunks(span: Span) -> Iterator[Span]:
    """The noun phrases that lie in ``span``; spaCy's own property would go through the whole text for each span."""
    for start, end, _ in english_noun_chunks(span):
        if start >= span.start and end <= span.end:
            yield span.doc[start:end]


def trim(span: Span) -> Span:
    """``span`` without punctuation, white space and joining words at its ends."""
    start, end = span.start, span.end
    doc = span.doc
    while start < end and (doc[start].is_punct or doc[start].is_space or doc[start].lower_ in ("and", "but", "that")):
        start += 1
    while end > start and (doc[end - 1].is_punct or doc[end - 1].is_space or doc[end - 1].lower_ == "and"):
        end -= 1
    return doc[start:end]
