"""The speaker's own words where a statement is told indirectly: the quotation in the sentences right after it.

It carries no statement by itself ("They can do stupid, we can also do stupid"), but tells in what words, and often by
whom, the one before was made.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipelines.reading.quotes import Quotation
from pipelines.reading.statements.attribution import attribute
from pipelines.reading.statements.bodies import Actor
from pipelines.reading.statements.cast import Cast
from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.passages import Sentence

_NEAR = 2
_LEAST_WORDS = 3


@dataclass(frozen=True)
class OwnWords:
    """A quotation of ``actor``, which begins in ``sentence``."""

    sentence: Sentence
    quotation: Quotation
    actor: Actor


def own_words(cast: Cast, last: Sentence, told: Actor) -> OwnWords | None:
    """What ``told``, or somebody else of the side, is quoted with right after ``last``; None where it is nothing."""
    all_sentences = cast.read
    for sentence in all_sentences:
        if sentence.field != last.field or not 0 < sentence.index - last.index <= _NEAR:
            continue
        quotation = next((one for one in sentence.quotes if one.start >= sentence.span.start_char), None)
        if quotation is None:
            continue
        words = [t for t in sentence.span if quotation.start <= t.idx < quotation.end and t.is_alpha]
        if len(words) < _LEAST_WORDS:
            return None
        root = sentence.span.doc[words[0].i : words[-1].i + 1].root
        attribution = attribute(Cue("announcement", root, root.doc[root.i : root.i + 1]), sentence, all_sentences)
        if attribution is None:
            return None
        before = [s for s in all_sentences if s.field == sentence.field and s.index < attribution.sentence.index]
        actor = cast.resolve(attribution.source, attribution.sentence, before)
        if actor is None or not _same(told, actor):
            return None
        return OwnWords(sentence, quotation, replace(actor, side=told.side))
    return None


def _same(told: Actor, other: Actor) -> bool:
    if told.person or other.name == told.name:
        return other.name == told.name
    return other.side == told.side or (told.certain and not other.certain)
