"""Who says a cue's words: the verb of saying that governs them, or the one that stands beside their quotation.

In this order: a verb above the cue in its sentence (``warned that``, ``vowed to``); ``according to``; for a quotation
the verb beside its marks (``"...," he told reporters``), a name after a dash or before a colon; then the verb of the
sentence that follows it or stands before it; then whoever said the quotation before it.
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.quoted_by import quoted_by
from pipelines.reading.statements.saying import sayer, says, source_of_noun, verbs_of_saying
from pipelines.reading.statements.source import Attribution, likely, speaker
from pipelines.reading.statements.words import among

_LONGEST_ADDRESS = 10
_SAID_BY_ITSELF = ("deadline", "announcement")
_REPORTED = frozenset({"would", "should", "could", "had", "must"})


def attribute(cue: Cue, sentence: Sentence, all_sentences: list[Sentence]) -> Attribution | None:
    """Who says the words of ``cue`` in ``sentence``; None where they are the reporter's own."""
    word = cue.span.root
    if cue.kind in _SAID_BY_ITSELF and says(cue.head) and not sentence.quoted(word):
        source = speaker(cue.head, sentence)
        if source is not None:
            return Attribution(source, sentence, cue.head)
    return _first_likely(_ways(word, sentence, all_sentences))


def _ways(word: Token, sentence: Sentence, all_sentences: list[Sentence]) -> Iterator[Attribution | None]:
    """The ways in which the source of ``word`` may be told, the surest first."""
    yield _governing(word, sentence)
    yield _according_to(sentence)
    if sentence.quoted(word):
        yield quoted_by(word, sentence, all_sentences)
    else:
        yield _in_order_of_words(word, sentence)
        yield _before_colon(word, sentence)
        yield _reported(word, sentence, all_sentences)


def _first_likely(ways: Iterator[Attribution | None]) -> Attribution | None:
    """The first whose source is likely one who speaks, else the first."""
    found = []
    for way in ways:
        if way is not None:
            if likely(way.source):
                return way
            found.append(way)
    return found[0] if found else None


def _governing(cue: Token, sentence: Sentence) -> Attribution | None:
    quote = sentence.quote_of(cue)
    for token in cue.ancestors:
        if quote is not None and sentence.quote_of(token) == quote:
            continue
        if among(token, "soft_quoters") and (source := source_of_noun(token)):
            return Attribution(source, sentence, token)
        if says(token) and (source := speaker(token, sentence)) is not None:
            return Attribution(source, sentence, token)
    return None


def _in_order_of_words(cue: Token, sentence: Sentence) -> Attribution | None:
    """Where the parse tears them apart: ``NP told ... that ... cue``, and ``... cue ..., NP said``."""
    doc = cue.doc
    for verb in verbs_of_saying(sentence.outside()):
        if verb.i < cue.i:
            source = sayer(verb)
            said = any(t.lower_ == "that" for t in doc[verb.i + 1 : min(cue.i, verb.i + _LONGEST_ADDRESS)])
            said = said or doc[verb.i + 1].text == ","
            if not said and _between_commas(verb, cue):
                source, said = _right_before(verb), True
        else:
            source = _right_before(verb) or sayer(verb)
            said = any(t.text == "," for t in doc[cue.i : verb.i])
        if said and source is not None and (source.pos_ in ("NOUN", "PROPN") or source.tag_ == "PRP"):
            return Attribution(source, sentence, verb)
    return None


def _between_commas(verb: Token, cue: Token) -> bool:
    """``The road has an owner, Elharar told a radio station, and it will be closed.``"""
    doc = verb.doc
    before = doc[max(verb.sent.start, verb.i - _LONGEST_ADDRESS) : verb.i]
    opened = next((t for t in reversed(before) if t.text in (",", ";", ":")), None)
    closed = any(t.text in (",", ";") for t in doc[verb.i + 1 : min(cue.i, verb.i + _LONGEST_ADDRESS)])
    return opened is not None and opened.text == "," and closed and opened.i > verb.sent.start


def _right_before(verb: Token) -> Token | None:
    """``Osherova`` in ``the minister, Galina Osherova, said``."""
    before = verb.doc[max(verb.sent.start, verb.i - 2) : verb.i]
    return next((t for t in reversed(before) if t.pos_ in ("PROPN", "NOUN", "PRON")), None)


def _before_colon(cue: Token, sentence: Sentence) -> Attribution | None:
    """``Thai army chief: any shelling will be answered``, as headlines have it."""
    start = sentence.opening
    colon = next((t for t in cue.doc[start : min(cue.i, start + _LONGEST_ADDRESS)] if t.text == ":"), None)
    source = (
        next((t for t in reversed(cue.doc[start : colon.i]) if t.pos_ in ("NOUN", "PROPN")), None) if colon else None
    )
    return Attribution(source, sentence) if source is not None else None


def _according_to(sentence: Sentence) -> Attribution | None:
    for token in sentence.outside():
        if token.lower_ == "to" and token.i > sentence.span.start and token.nbor(-1).lower_ == "according":
            source = next((child for child in token.children if child.dep_ == "pobj"), None)
            return Attribution(source, sentence) if source is not None else None
    return None


def _reported(cue: Token, sentence: Sentence, all_sentences: list[Sentence]) -> Attribution | None:
    """Speech reported on without a verb: ``He turned to Iran. Were a drone to come, it would be shot down.``"""
    if not any(child.lower_ in _REPORTED for token in (cue, cue.head) for child in token.children):
        return None
    near = [
        other
        for other in all_sentences
        if other.field == sentence.field
        and other.paragraph == sentence.paragraph
        and abs(other.index - sentence.index) == 1
    ]
    for other in near:
        for verb in verbs_of_saying(other.outside()):
            if verb.tag_ in ("VBD", "VBZ") and (source := speaker(verb, other)) is not None:
                return Attribution(source, other, verb, carried=True)
    return None
