"""The words of a sentence that may carry a statement: announced harm, consequences, red lines, what is not tolerated.

A cue is only a candidate: who says it, and whether it is said now and to whom, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from spacy.tokens import Span, Token

from pipelines.reading.statements.announcements import announcing_words
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.words import (
    LEXICON,
    PASSIVE_SUBJECTS,
    among,
    ancestors,
    counterfactual,
    future,
    negated,
)

CueClass = Literal[
    "status",
    "harm",
    "response",
    "coercion",
    "consequence",
    "red_line",
    "unacceptable",
    "deadline",
    "idiom",
    "announcement",
]
_PHRASES: dict[CueClass, str] = {
    "status": "target_status",
    "idiom": "harm_idioms",
    "red_line": "red_lines",
    "unacceptable": "unacceptable",
    "deadline": "ultimatums",
    "consequence": "consequences",
}
_VERBS: dict[CueClass, str] = {"harm": "harm_verbs", "response": "response_verbs", "coercion": "coercive_verbs"}
# Beyond that it is a list or a table.
_LONGEST_SENTENCE = 400


@dataclass(frozen=True)
class Cue:
    """``head`` is the word that carries the announcement or the judgement, ``span`` the words of the cue."""

    kind: CueClass
    head: Token
    span: Span


def find_cues(sentence: Sentence) -> list[Cue]:
    """The cues of ``sentence``, the strongest class first; a word belongs to one cue only."""
    if len(sentence.span) > _LONGEST_SENTENCE:
        return []
    taken: set[int] = set()
    cues = []
    for cue in (*_phrase_cues(sentence), *_verb_cues(sentence)):
        words = {token.i for token in cue.span}
        if not words & taken:
            taken |= words
            cues.append(cue)
    return cues


def wordings(sentence: Sentence) -> list[Cue]:
    """Where ``sentence``, which has no known cue, may carry a statement all the same, the likeliest place first."""
    if len(sentence.span) > _LONGEST_SENTENCE:
        return []
    return [Cue("announcement", word, word.doc[word.i : word.i + 1]) for word in announcing_words(sentence)]


def _phrase_cues(sentence: Sentence) -> Iterator[Cue]:
    text, offset = sentence.span.text, sentence.span.start_char
    for kind, name in _PHRASES.items():
        for match in LEXICON.phrases[name].finditer(text):
            span = sentence.span.doc.char_span(offset + match.start(), offset + match.end(), alignment_mode="expand")
            if span is not None:
                yield Cue(kind, _clause(span.root), span)


def _clause(token: Token) -> Token:
    """The verb of the clause in which ``token`` stands, or ``token``."""
    return next((t for t in ancestors(token) if t.pos_ in ("VERB", "AUX")), token)


def _verb_cues(sentence: Sentence) -> Iterator[Cue]:
    for token in sentence.span:
        if token.pos_ != "VERB" or token.ent_type_ == "PERSON":
            continue
        kind = next((kind for kind, name in _VERBS.items() if among(token, name)), None)
        if kind is not None and _announced(token) and _does_harm(token, kind):
            armed = kind == "response" and _with_arms(token)
            yield Cue("harm" if armed else kind, token, sentence.span.doc[token.i : token.i + 1])


def _with_arms(verb: Token) -> bool:
    """ "Answer with missiles", not "respond with a letter"."""
    means = [child for child in verb.children if child.dep_ == "prep" and child.lower_ == "with"]
    return any(among(thing, "foreign_targets") for prep in means for thing in prep.children)


def _announced(verb: Token) -> bool:
    return future(verb) and not negated(verb) and not counterfactual(verb)


def _does_harm(verb: Token, kind: CueClass) -> bool:
    """Whether ``verb`` has what makes it harm: "strike them", not "strike a deal" or "answer questions"."""
    objects = [child for child in verb.children if child.dep_ == "dobj"]
    if any(among(thing, "harmless_objects") for thing in objects):
        return False
    if kind == "harm":
        passive = any(child.dep_ in PASSIVE_SUBJECTS for child in verb.children)
        return passive or bool(objects) or any(child.dep_ in ("prep", "prt", "advmod") for child in verb.children)
    return True
