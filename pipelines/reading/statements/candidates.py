"""Cues whose speaker, side and slots are known, and how likely each is a statement."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from spacy.tokens import Span

from pipelines.reading.document import Document
from pipelines.reading.statements.attribution import attribute
from pipelines.reading.statements.cast import Cast
from pipelines.reading.statements.classifier import load_classifier
from pipelines.reading.statements.cues import Cue, find_cues, wordings
from pipelines.reading.statements.features import Features, Surroundings, features
from pipelines.reading.statements.kinds import kind_of
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.rules import stopped, sureness
from pipelines.reading.statements.slots import fill
from pipelines.reading.statements.target_sides import addressed, meant
from pipelines.reading.statements.vetoes import OUTWEIGHED, Candidate, veto
from pipelines.reading.statements.wording import Likeness, likenesses
from schemas.records import Kind

HIGHEST = 0.97
LEAST_BY_RULE = 0.6
OUTWEIGHING = 0.75
"""How sure the classifier must be to outweigh a veto."""


@dataclass(frozen=True)
class Scored:
    """A candidate with what it amounts to; ``target_sides`` are without the speaker's own;
    ``addressed`` is true where one of them is named in its slots.

    ``stopped`` is the veto that stops the rules, and the classifier too unless it outweighs it.
    """

    candidate: Candidate
    kind: Kind
    by_rule: float
    by_classifier: float
    stopped: str | None
    target: Span | None
    target_sides: tuple[str, ...]
    addressed: bool
    features: Features
    words: frozenset[str]
    likeness: Likeness

    @property
    def taken(self) -> bool:
        """Whether rules or classifier take it for a statement."""
        return self._rules_take_it or (self.stopped in OUTWEIGHED and self.by_classifier >= self.needed)

    @property
    def needed(self) -> float:
        """How sure the classifier must be: surer where it has to outweigh a veto."""
        return load_classifier().threshold if self.stopped is None else OUTWEIGHING

    @property
    def score(self) -> float:
        """How sure they are of it, 0 to 1: the surer one counts."""
        return min(max(self.by_rule if self._rules_take_it else 0.0, self.by_classifier), HIGHEST)

    @property
    def _rules_take_it(self) -> bool:
        return self.stopped is None and self.by_rule >= LEAST_BY_RULE


def candidates(document: Document, sentences: list[Sentence]) -> list[Scored]:
    """The candidates of all ``sentences`` that rules or classifier take for statements, in reading order."""
    return [one for one in judged(document, sentences) if one.taken]


def judged(document: Document, sentences: list[Sentence]) -> list[Scored]:
    """All candidates of ``sentences`` with their scores, in reading order."""
    surroundings = Surroundings(sentences)
    found = list(attributed(document, sentences))
    abroad = {candidate.actor.name for candidate in found if veto(candidate) is None}
    worded = likenesses([candidate.sentence.doc_from_opening() for candidate in found])
    return [
        _scored(candidate, likeness, sentences, surroundings, abroad)
        for candidate, likeness in zip(found, worded, strict=True)
    ]


def attributed(document: Document, sentences: list[Sentence]) -> Iterator[Candidate]:
    """The cues of ``sentences`` whose speaker is known, with their slots, in reading order.

    A sentence with none of the known words is tried at the words that may carry a statement.
    """
    stage = _Stage(document, sentences)
    for place, sentence in enumerate(sentences):
        found = [candidate for cue in find_cues(sentence) if (candidate := stage.candidate(cue, place))]
        yield from found or islice(filter(None, (stage.candidate(cue, place) for cue in wordings(sentence))), 1)


class _Stage:
    """Finds the speakers of the cues of one document, and fills their slots."""

    def __init__(self, document: Document, sentences: list[Sentence]) -> None:
        self._document = document
        self._sentences = sentences
        self._year = (document.article.published or document.article.fetched).year

    @cached_property
    def _cast(self) -> Cast:
        return Cast(self._document)

    def candidate(self, cue: Cue, place: int) -> Candidate | None:
        """The candidate at ``cue`` of the sentence number ``place``; None where nobody speaks for a side."""
        sentences, sentence = self._sentences, self._sentences[place]
        attribution = attribute(cue, sentence, sentences)
        if attribution is None:
            return None
        cast = self._cast
        actor = cast.resolve(attribution.source, attribution.sentence, _before(attribution.sentence, sentences))
        if actor is None:
            return None
        filled = fill(cue, sentence, attribution)
        around = tuple(s for s in sentences[max(0, place - 2) : place + 2] if s is not sentence)
        sides = cast.sides[sentence.field]
        return Candidate(cue, sentence, attribution, actor, filled, sides, cast.ties, around, self._year)


def _before(sentence: Sentence, sentences: list[Sentence]) -> list[Sentence]:
    return [s for s in sentences if s.field == sentence.field and s.index < sentence.index]


def _scored(
    candidate: Candidate,
    likeness: Likeness,
    sentences: list[Sentence],
    surroundings: Surroundings,
    abroad: Set[str],
) -> Scored:
    target, sides = meant(candidate, sentences)
    another = addressed(candidate, candidate.filled.target)
    filled = candidate.filled
    words = frozenset(
        token.lemma_.lower()
        for span in (target, filled.condition, filled.consequence)
        if span is not None
        for token in span
        if token.is_alpha and not token.is_stop
    )
    known = features(candidate, surroundings, likeness.odds)
    return Scored(
        candidate=candidate,
        kind=kind_of(candidate),
        by_rule=sureness(candidate, another),
        by_classifier=load_classifier().probability(known),
        stopped=stopped(candidate, candidate.actor.name in abroad),
        target=target,
        target_sides=sides,
        addressed=another,
        features=known,
        words=words,
        likeness=likeness,
    )
