"""A source: who is named as the one that says something, and the subject of a verb of saying as such a one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Token

from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.saying import is_title, sayer
from pipelines.reading.statements.words import SUBJECTS, among

_CLOSE = 2
_NO_NOUN = frozenset({"VERB", "AUX", "NUM", "PUNCT", "SYM"})
_PRONOUNS = frozenset({"he", "she", "they", "it", "i", "we", "who"})
_NAMED = frozenset({"PERSON", "ORG", "GPE", "NORP"})
_SPEAKERS = ("official_bodies", "documents", "private_speakers", "soft_quoters")
_WITHIN_A_PHRASE = frozenset({"compound", "poss", "pobj", "amod"})
_NOBODY = frozenset({"this", "that", "what", "which", "there", "everything", "nothing", "something"})


@dataclass(frozen=True)
class Attribution:
    """``source`` is the subject, in ``sentence``; ``verb`` is None after a dash or before a colon.

    ``carried`` is true where the source stands in another sentence than the words said.
    """

    source: Token
    sentence: Sentence
    verb: Token | None = None
    carried: bool = False


def speaker(verb: Token, sentence: Sentence) -> Token | None:
    """Who says what ``verb`` says, where it may be one who speaks; a dateline that was taken for it is stepped over."""
    source = sayer(verb)
    if source is not None and source.i < sentence.opening:
        source = next((t for t in verb.doc[sentence.opening : verb.i] if t.head.i >= verb.i or _ends_a_name(t)), None)
    able = [token for token in (source, *_others(verb)) if token is not None and _may_speak(token, sentence)]
    return next((token for token in able if likely(token)), able[0] if able else None)


def likely(source: Token) -> bool:
    """Whether ``source`` is the name or the word of somebody who may speak: not "the pits", "Monday"."""
    named = source.ent_type_ in _NAMED or (source.pos_ == "PROPN" and not source.ent_type_)
    return named or source.lower_ in _PRONOUNS or is_title(source) or among(source, *_SPEAKERS)


def _others(verb: Token) -> Iterator[Token]:
    """Other subjects of ``verb`` than the first, and the name or title right before it."""
    yield from reversed([child for child in verb.lefts if child.dep_ in SUBJECTS])
    before = verb.doc[max(verb.sent.start, verb.i - _CLOSE) : verb.i]
    yield from (token for token in reversed(before) if token.dep_ not in _WITHIN_A_PHRASE and likely(token))


def _ends_a_name(token: Token) -> bool:
    after = token.doc[token.i + 1] if token.i + 1 < len(token.doc) else None
    return token.pos_ in ("NOUN", "PROPN") and (after is None or after.pos_ not in ("NOUN", "PROPN", "PART"))


def _may_speak(source: Token | None, sentence: Sentence) -> bool:
    if source is None or source.pos_ in _NO_NOUN or source.tag_ == "PRP$" or source.lower_ in _NOBODY:
        return False
    if source.i < sentence.opening:
        return False
    return not sentence.quoted(source) and source.ent_type_ not in ("DATE", "TIME")
