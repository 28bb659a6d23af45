"""Cues whose speaker, side and slots are known, the ones that no veto stops, each with its kind and its score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Span

from pipelines.reading.document import Document
from pipelines.reading.statements.attribution import attribute
from pipelines.reading.statements.cast import Cast
from pipelines.reading.statements.content import is_clause
from pipelines.reading.statements.cues import CueClass, find_cues
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.slots import fill
from pipelines.reading.statements.vetoes import NOBODY_ABROAD, Candidate, veto
from pipelines.reading.statements.words import LEXICON, among, noun_chunks
from schemas.records import Kind

# A score starts from how sure the class of the cue is by itself ...
_BASE: dict[CueClass, float] = {
    "status": 0.75,
    "harm": 0.65,
    "red_line": 0.65,
    "idiom": 0.65,
    "deadline": 0.65,
    "unacceptable": 0.65,
    "consequence": 0.6,
    "response": 0.55,
    "coercion": 0.45,
}
# ... rises with what a real statement has, and falls where its speaker had to be guessed.
_QUOTED, _CONDITION, _WARN_VERB, _OTHER_SIDE, _GUESSED_SIDE, _CARRIED = 0.1, 0.1, 0.05, 0.05, -0.15, -0.05
_ADDRESSED = ("dobj", "dative")
THRESHOLD = 0.6
HIGHEST = 0.97


@dataclass(frozen=True)
class Scored:
    """A candidate with what it amounts to; ``target_sides`` are without the speaker's own."""

    candidate: Candidate
    kind: Kind
    score: float
    target: Span | None
    target_sides: tuple[str, ...]
    words: frozenset[str] = field(default_factory=frozenset)


def candidates(document: Document, sentences: list[Sentence]) -> list[Scored]:
    """The candidates of all ``sentences`` that no veto stops and whose score is high enough, in reading order."""
    judged = [(candidate, veto(candidate)) for candidate in _attributed(document, sentences)]
    clear = {candidate.actor.name for candidate, reason in judged if reason is None}
    scored = [
        _scored(candidate, sentences)
        for candidate, reason in judged
        if reason is None or (reason == NOBODY_ABROAD and candidate.quoted and candidate.actor.name in clear)
    ]
    return [one for one in scored if one.score >= THRESHOLD]


def _attributed(document: Document, sentences: list[Sentence]) -> Iterator[Candidate]:
    cast: Cast | None = None
    year = (document.article.published or document.article.fetched).year
    for place, sentence in enumerate(sentences):
        for cue in find_cues(sentence):
            attribution = attribute(cue, sentence, sentences)
            if attribution is None:
                continue
            cast = cast or Cast(document)
            actor = cast.resolve(attribution.source, attribution.sentence, _before(attribution.sentence, sentences))
            if actor is None:
                continue
            filled = fill(cue, sentence, attribution)
            around = tuple(s for s in sentences[max(0, place - 2) : place + 2] if s is not sentence)
            yield Candidate(cue, sentence, attribution, actor, filled, cast.sides[sentence.field], around, year)


def _before(sentence: Sentence, sentences: list[Sentence]) -> list[Sentence]:
    return [s for s in sentences if s.field == sentence.field and s.index < sentence.index]


def _scored(candidate: Candidate, sentences: list[Sentence]) -> Scored:
    target = _named_target(candidate, sentences)
    sides = _target_sides(candidate, target)
    verb = candidate.attribution.verb
    score = (
        _BASE[candidate.cue.kind]
        + _QUOTED * is_clause(candidate.cue, candidate.sentence)
        + _CONDITION * (candidate.filled.condition is not None)
        + _WARN_VERB * (verb is not None and among(verb, "warn_verbs", "judge_verbs"))
        + _OTHER_SIDE * bool(sides)
        + _GUESSED_SIDE * (not candidate.actor.certain)
        + _CARRIED * candidate.attribution.carried
    )
    filled = candidate.filled
    words = frozenset(
        token.lemma_.lower()
        for span in (target, filled.condition, filled.consequence)
        if span is not None
        for token in span
        if token.is_alpha and not token.is_stop
    )
    return Scored(candidate, _kind(candidate), min(score, HIGHEST), target, sides, words)


def _kind(candidate: Candidate) -> Kind:
    cue, condition = candidate.cue, candidate.filled.condition
    if cue.kind == "unacceptable":
        return "unacceptable"
    demand = condition is not None and condition[0].lower_ in ("unless", "until")
    if cue.kind == "deadline" or demand or LEXICON.phrases["deadlines"].search(candidate.filled.said.text):
        return "ultimatum"
    if cue.kind == "red_line":
        return "red_line"
    return "warning" if cue.kind in ("consequence", "response") else "threat"


def _named_target(candidate: Candidate, sentences: list[Sentence]) -> Span | None:
    """The target; where the text only points at it ("such ideas"), the force or act named last before."""
    target = candidate.filled.target
    if candidate.cue.kind != "unacceptable" or (target is not None and not among(target.root, "general_nouns")):
        return target
    for earlier in reversed(_before(candidate.sentence, sentences)[-4:]):
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


def _target_sides(candidate: Candidate, target: Span | None) -> tuple[str, ...]:
    """The sides named in the target, else in who does what the condition says, else in who is warned."""
    places = [target] if target is not None else []
    condition = candidate.filled.condition
    if condition is not None:
        doers = [t for t in condition if t.dep_ in ("nsubj", "nsubjpass")]
        places += [t.doc[t.left_edge.i : t.i + 1] for t in doers]
    verb = candidate.attribution.verb
    if verb is not None:
        places += [child.doc[child.left_edge.i : child.i + 1] for child in verb.children if child.dep_ in _ADDRESSED]
    for place in places:
        named = dict.fromkeys(m.side for m in candidate.sides.within(place) if m.side != candidate.actor.side)
        if named:
            return tuple(named)
    return ()
