"""A source: who is named as the one that says something, and the subject of a verb of saying as such a one."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Token

from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.saying import sayer
from pipelines.reading.statements.words import SUBJECTS

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
    if _may_speak(source, sentence):
        return source
    others = [child for child in verb.lefts if child.dep_ in SUBJECTS and _may_speak(child, sentence)]
    return others[-1] if others else None


def _ends_a_name(token: Token) -> bool:
    after = token.doc[token.i + 1] if token.i + 1 < len(token.doc) else None
    return token.pos_ in ("NOUN", "PROPN") and (after is None or after.pos_ not in ("NOUN", "PROPN", "PART"))


def _may_speak(source: Token | None, sentence: Sentence) -> bool:
    if source is None or source.pos_ in ("VERB", "AUX", "NUM") or source.tag_ == "PRP$" or source.lower_ in _NOBODY:
        return False
    if source.i < sentence.opening:
        return False
    return not sentence.quoted(source) and source.ent_type_ not in ("DATE", "TIME")
