"""Why each sentence was taken for a statement or not: cue, speaker, rules, vetoes, and what the classifier weighed."""

from __future__ import annotations

import math

import msgspec

from pipelines.reading.document import Document, span_of
from pipelines.reading.statements.candidates import Scored, judged
from pipelines.reading.statements.classifier import load_classifier
from pipelines.reading.statements.passages import sentences
from pipelines.reading.statements.vetoes import sport, vetoes
from schemas.records import Kind, Span

_HEAVIEST = 8


class Share(msgspec.Struct, frozen=True):
    """What one ``feature`` adds to the classifier's log odds, or takes from it."""

    feature: str
    adds: float


class Explanation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One candidate sentence and what was thought of it.

    ``taken`` says whether it is (part of) a statement. ``by_rule`` is the rules' score, which counts from 0.6 on;
    ``by_classifier`` the trained probability, which counts from ``threshold`` on. ``wording`` is how likely its words
    alone are one's, ``like`` the runs of words that say so most. ``vetoes`` are all that hold, ``stopped`` the one that
    stopped it.
    """

    sentence: str
    place: Span
    cue: str
    cue_class: str
    kind: Kind
    speaker: str
    side: str
    taken: bool
    by_rule: float
    by_classifier: float
    threshold: float
    wording: float
    like: tuple[str, ...] = ()
    stopped: str | None = None
    vetoes: tuple[str, ...] = ()
    weighed: tuple[Share, ...] = ()


def explain(document: Document) -> tuple[Explanation, ...]:
    """What was thought of every candidate of ``document``, in reading order, the rejected ones too."""
    read = sentences(document)
    about_sport = sport(read)
    return tuple(_explanation(scored, about_sport) for scored in judged(document, read))


def _explanation(scored: Scored, about_sport: bool) -> Explanation:
    candidate, classifier = scored.candidate, load_classifier()
    return Explanation(
        sentence=candidate.sentence.body.text,
        place=span_of(candidate.sentence.field, candidate.sentence.body),
        cue=candidate.cue.span.text,
        cue_class=candidate.cue.kind,
        kind=scored.kind,
        speaker=candidate.actor.name,
        side=candidate.actor.side,
        taken=scored.taken and not about_sport,
        by_rule=round(scored.by_rule, 2),
        by_classifier=round(scored.by_classifier, 2),
        threshold=scored.needed,
        wording=round(_probability(scored.likeness.odds), 2),
        like=scored.likeness.runs,
        stopped="sport" if about_sport else scored.stopped,
        vetoes=vetoes(candidate),
        weighed=tuple(Share(name, round(adds, 2)) for name, adds in classifier.shares(scored.features)[:_HEAVIEST]),
    )


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))
