"""Measures a reader on labelled articles: figures, what it missed, what it made up, and how sure it was."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from redline.evaluation.corpus import CLASSES, ENTITY_TYPES, Class, LabelledArticle
from redline.evaluation.figures import Count, Figure, figures
from redline.evaluation.match import Match, Matcher
from redline.evaluation.mistakes import FalseFind, Miss, Slip, false_finds, misses, slips
from schemas.records import EnrichedArticle

SLOTS = (
    "side",
    "kind",
    "speaker",
    "role",
    "target",
    "target_sides",
    "condition",
    "consequence",
    "quote_verbatim",
    "quote_loose",
)
FIGURES = ("articles", "statements", "claims", "entities_strict", "entities_name", "topics", "false_alarms", *SLOTS)
"""The figures in the order in which they are shown."""

SHARES = ("false_alarms", *SLOTS)
"""Those that are a plain share; the others are the F1 of precision and recall."""

BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Where the bins of the reliability table begin; each ends where the next begins, the last at 1."""


class ClassRow(msgspec.Struct, frozen=True):
    """How many ``articles`` of a class of text there are, and in how many of them a statement was found."""

    name: Class
    articles: int
    fired: int


class Bin(msgspec.Struct, frozen=True):
    """Statements found with a confidence from ``low`` to ``high``: how many, their mean, and the share that is right.

    A statement is right if a label has it, of the same side.
    """

    low: float
    high: float
    found: int
    confidence: float
    right: float


class Evaluation(msgspec.Struct, frozen=True):
    """How one reader did. ``languages`` has the figures of each language apart."""

    articles: int
    statements: int
    figures: dict[str, Figure]
    languages: dict[str, dict[str, Figure]]
    classes: tuple[ClassRow, ...]
    reliability: tuple[Bin, ...]
    misses: tuple[Miss, ...]
    false: tuple[FalseFind, ...]
    slips: tuple[Slip, ...]


class _Judged(NamedTuple):
    """An article's labels, what was found in it, and how the two match."""

    label: LabelledArticle
    found: EnrichedArticle
    match: Match


def evaluate(
    labels: Sequence[LabelledArticle], found: Sequence[EnrichedArticle], matcher: Matcher, seed: int
) -> Evaluation:
    """How well ``found``, the readings of the articles of ``labels`` in the same order, agree with them."""
    judged = [
        _Judged(label, reading, matcher.statements(label, reading))
        for label, reading in zip(labels, found, strict=True)
    ]
    claims = _claims(judged)
    counts = [_counts(one, matcher) | claims.get(one.label.id, {}) for one in judged]
    languages = dict.fromkeys(label.lang for label in labels)
    return Evaluation(
        articles=len(labels),
        statements=sum(len(label.statements) for label in labels),
        figures=figures(counts, seed),
        languages={
            lang: figures([c for one, c in zip(judged, counts, strict=True) if one.label.lang == lang], seed)
            for lang in languages
        },
        classes=_classes(judged),
        reliability=_reliability(judged),
        misses=tuple(miss for one in judged for miss in misses(one.label, one.match)),
        false=tuple(false for one in judged for false in false_finds(one.label, one.match)),
        slips=tuple(slip for one in judged for slip in slips(*one, matcher)),
    )


def _counts(one: _Judged, matcher: Matcher) -> dict[str, Count]:
    """What one article adds to each figure, claims apart."""
    label, found, match = one
    labelled = {(matcher.name(entity.name), entity.type) for entity in label.entities}
    read = {(matcher.name(entity.name), entity.type) for entity in found.entities if entity.type in ENTITY_TYPES}
    names, read_names = {name for name, _ in labelled}, {name for name, _ in read}
    topics, read_topics = set(label.topics), {topic.id for topic in found.topics}
    told, fired = bool(label.statements), bool(found.statements)
    counts = {
        "articles": Count.of(told and fired, fired, told),
        "statements": Count.of(len(match.right), len(found.statements), len(label.statements)),
        "entities_strict": Count.of(len(labelled & read), len(read), len(labelled)),
        "entities_name": Count.of(len(names & read_names), len(read_names), len(names)),
        "topics": Count.of(len(topics & read_topics), len(read_topics), len(topics)),
    }
    if not told:
        counts["false_alarms"] = Count.share(fired, 1)
    for pair in match.right:
        for slot, agree in matcher.slots(pair).items():
            counts[slot] = counts.get(slot, Count(0, 0, 0, 0)) + Count.share(agree, 1)
    both = len(match.right) + len(match.wrong_side)
    return counts | ({"side": Count.share(len(match.right), both)} if both else {})


def _claims(judged: Sequence[_Judged]) -> dict[str, dict[str, Count]]:
    """B-cubed over the statements found: how pure each one's claim is, and how whole."""
    items = [
        (one.label.id, pair.label.claim, pair.found.claim or pair.found.id)
        for one in judged
        for pair in one.match.right
    ]
    labelled, found = Counter(label for _, label, _ in items), Counter(claim for _, _, claim in items)
    both = Counter((label, claim) for _, label, claim in items)
    counts: dict[str, dict[str, Count]] = {}
    for article, label, claim in items:
        shared = both[label, claim]
        count = Count(shared / found[claim], 1, shared / labelled[label], 1)
        before = counts.get(article, {}).get("claims", Count(0, 0, 0, 0))
        counts[article] = {"claims": before + count}
    return counts


def _classes(judged: Sequence[_Judged]) -> tuple[ClassRow, ...]:
    rows: dict[Class, list[bool]] = defaultdict(list)
    for one in judged:
        rows[one.label.class_].append(bool(one.found.statements))
    return tuple(ClassRow(name, len(rows[name]), sum(rows[name])) for name in CLASSES if name in rows)


def _reliability(judged: Sequence[_Judged]) -> tuple[Bin, ...]:
    sure = [
        (statement.confidence, any(statement is pair.found for pair in one.match.right))
        for one in judged
        for statement in one.found.statements
    ]
    bins = []
    for low, high in pairwise((*BINS, math.inf)):
        inside = [(confidence, right) for confidence, right in sure if low <= confidence < high]
        if inside:
            confidence = sum(confidence for confidence, _ in inside) / len(inside)
            share = sum(right for _, right in inside) / len(inside)
            bins.append(Bin(low, min(high, 1.0), len(inside), round(confidence, 4), round(share, 4)))
    return tuple(bins)
