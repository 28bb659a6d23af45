"""Whom a statement is meant for: its target where the text only points at it, and the states and groups that this is.

"We shall sink the next one" names nobody, but the sentences around do. What each tie between a side and the words is
worth was learnt from labelled articles (``make models``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from spacy.tokens import Span, Token

from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.side_weights import load_side_weights
from pipelines.reading.statements.vetoes import Candidate
from pipelines.reading.statements.words import among, noun_chunks

_NEAR = 4
_LIKELY, _LIKELIEST = 0.6, 0.2
_ADDRESSED = frozenset({"dobj", "dative"})
_DESCRIBES = frozenset({"amod", "poss", "compound", "nmod"})
_TO = frozenset({"to", "against", "at"})


def meant(candidate: Candidate, sentences: list[Sentence]) -> tuple[Span | None, tuple[str, ...]]:
    """The target of ``candidate`` and its sides; a phrase that names the likeliest one goes before others."""
    target = named_target(candidate, sentences)
    sides = target_sides(candidate, target)
    if target is not None and (
        candidate.filled.hit or _is_a_force(target) or any(m.side in sides for m in candidate.sides.within(target))
    ):
        return target, sides
    return _naming(candidate, sides[:1]) or target, sides


def _is_a_force(target: Span) -> bool:
    """``foreign troops``, but not ``one more tanker``, of which it matters whose it is."""
    return among(target.root, "foreign_targets") and target[0].pos_ == "ADJ"


def _naming(candidate: Candidate, sides: tuple[str, ...]) -> Span | None:
    """The first noun phrase in the condition, the words said or all of the sentence that names one of ``sides``."""
    filled, source = candidate.filled, candidate.attribution.source
    for place in (filled.condition, filled.consequence, filled.said, candidate.sentence.doc_from_opening()):
        for mention in candidate.sides.within(place) if place is not None else ():
            if mention.side in sides and source not in (whole := _whole(mention.span)):
                return whole
    return None


def _whole(name: Span) -> Span:
    """The noun phrase that ``name`` describes: "Russian ships", "Chad's army"; without an article."""
    head = name.root
    while head.dep_ in _DESCRIBES and head.head.pos_ in ("NOUN", "PROPN"):
        head = head.head
    start = min(head.left_edge.i, name.start)
    while start < name.start and (head.doc[start].pos_ == "DET" or head.doc[start].is_punct):
        start += 1
    return head.doc[start : max(head.i + 1, name.end)]


def target_sides(candidate: Candidate, target: Span | None) -> tuple[str, ...]:
    """The sides that are likely meant, the likeliest first; at least one where one is more likely than others."""
    weights = load_side_weights()
    chances = {
        side: 1 / (1 + math.exp(-weights.bias - sum(weights.meant.get(tie, 0.0) for tie in ties)))
        for side, ties in meaning(candidate, target).items()
    }
    ranked = sorted(chances, key=lambda side: -chances[side])
    likely = tuple(side for side in ranked if chances[side] >= _LIKELY)
    return likely or tuple(side for side in ranked[:1] if chances[side] >= _LIKELIEST)


def meaning(candidate: Candidate, target: Span | None) -> dict[str, set[str]]:
    """What ties each side but the speaker's own to the words of ``candidate``."""
    found = candidate.ties.of(candidate.sentence)
    others = {side: ties for side, ties in found.items() if side != candidate.actor.side}
    for name, place in _places(candidate, target):
        for mention in candidate.sides.within(place):
            if mention.side in others:
                others[mention.side].add(name)
    named = [side for side, ties in others.items() if "only dateline" not in ties]
    for side in named:
        if len(named) <= 2:
            others[side].add("other alone" if len(named) == 1 else "other of two")
    return others


def _places(candidate: Candidate, target: Span | None) -> Iterator[tuple[str, Span]]:
    """The slots of ``candidate`` and what else of its sentence tells whom it is meant for."""
    filled, attribution = candidate.filled, candidate.attribution
    slots = (("said", filled.said), ("target", target), ("condition", filled.condition), ("result", filled.consequence))
    for name, span in slots:
        if span is not None:
            yield f"in {name}", span
    for token in filled.condition or ():
        if token.dep_ in ("nsubj", "nsubjpass"):
            yield "does it", _phrase(token)
    if attribution.sentence.field == candidate.sentence.field:
        yield "in source", _phrase(attribution.source)
        for child in attribution.verb.children if attribution.verb is not None else ():
            if child.dep_ in _ADDRESSED:
                yield "addressed", _phrase(child)
            elif child.lower_ in _TO:
                yield "addressed to", child.doc[child.i : child.right_edge.i + 1]


def _phrase(noun: Token) -> Span:
    return noun.doc[noun.left_edge.i : noun.i + 1]


def addressed(candidate: Candidate, target: Span | None) -> bool:
    """Whether another side is named in the target, in who does what the condition says, or in who is warned."""
    places = [target] if target is not None else []
    condition = candidate.filled.condition
    if condition is not None:
        doers = [t for t in condition if t.dep_ in ("nsubj", "nsubjpass")]
        places += [t.doc[t.left_edge.i : t.i + 1] for t in doers]
    verb = candidate.attribution.verb
    if verb is not None:
        places += [child.doc[child.left_edge.i : child.i + 1] for child in verb.children if child.dep_ in _ADDRESSED]
    own = candidate.actor.side
    return any(mention.side != own for place in places for mention in candidate.sides.within(place))


def named_target(candidate: Candidate, sentences: list[Sentence]) -> Span | None:
    """The target; where the text only points at it ("such ideas"), the force or act named last before."""
    target = candidate.filled.target
    if candidate.cue.kind != "unacceptable" or (target is not None and not among(target.root, "general_nouns")):
        return target
    before = [s for s in sentences if s.field == candidate.sentence.field and s.index < candidate.sentence.index]
    for earlier in reversed(before[-_NEAR:]):
        chunks = [chunk for chunk in noun_chunks(earlier.span) if among(chunk.root, "foreign_targets")]
        quoted = [chunk for chunk in noun_chunks(earlier.span) if _is_a_term(chunk, earlier)]
        if quoted or chunks:
            return _without_marks((quoted or chunks)[-1])
    return target


def _is_a_term(chunk: Span, sentence: Sentence) -> bool:
    """Whether ``chunk`` is all that stands between two marks: a "reassurance force"."""
    quote = sentence.quote_of(chunk.root)
    return quote is not None and chunk.end_char >= quote.end and _without_marks(chunk).start_char <= quote.start


def _without_marks(chunk: Span) -> Span:
    start = chunk.start
    while start < chunk.root.i and (chunk.doc[start].is_punct or chunk.doc[start].pos_ == "DET"):
        start += 1
    return chunk.doc[start : chunk.end]
