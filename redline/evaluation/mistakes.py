"""What a reader missed, made up and got wrong, article by article, with what stands there instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from redline.evaluation.corpus import ENTITY_TYPES, LabelledArticle
from redline.evaluation.match import Match, Matcher, Pair
from schemas.records import EnrichedArticle, Kind, Statement


class Miss(msgspec.Struct, frozen=True):
    """A labelled statement that was not found; ``instead`` tells what was."""

    article: str
    kind: Kind
    side: str
    evidence: tuple[str, ...]
    instead: str


class FalseFind(msgspec.Struct, frozen=True):
    """A statement that no label has; ``instead`` tells what the labels say there."""

    article: str
    kind: Kind
    side: str
    evidence: tuple[str, ...]
    confidence: float
    instead: str


class Slip(msgspec.Struct, frozen=True):
    """Where labels and reading differ on ``what``: ``entities``, ``topics`` or a slot of a statement that was found.

    ``labelled`` is what only the labels have, ``found`` what only the reading has.
    """

    article: str
    what: str
    labelled: tuple[str, ...]
    found: tuple[str, ...]


def misses(label: LabelledArticle, match: Match) -> Iterator[Miss]:
    """The labelled statements of one article that were not found."""
    elsewhere = f"elsewhere it has {'; '.join(map(_told, match.false))}" if match.false else "nothing found"
    there = [(pair.label, f"there it has {_told(pair.found)}") for pair in match.wrong_side]
    for one, instead in [*there, *((one, elsewhere) for one in match.missed)]:
        yield Miss(label.id, one.kind, one.side, one.evidence, instead)


def false_finds(label: LabelledArticle, match: Match) -> Iterator[FalseFind]:
    """The statements found in one article that no label has."""
    elsewhere = f"the article is of class {label.class_}"
    if label.statements:
        elsewhere = "labelled elsewhere: " + "; ".join(f"{one.side}'s {one.kind}" for one in label.statements)
    there = [(pair.found, f"it is {pair.label.side}'s {pair.label.kind}") for pair in match.wrong_side]
    for one, instead in [*there, *((one, elsewhere) for one in match.false)]:
        evidence = tuple(piece.text for piece in one.evidence)
        yield FalseFind(label.id, one.kind, one.side, evidence, one.confidence, instead)


def slips(label: LabelledArticle, found: EnrichedArticle, match: Match, matcher: Matcher) -> Iterator[Slip]:
    """Where entities, topics and the slots of statements found in one article differ from its labels."""
    labelled = {(matcher.name(one.name), one.type): f"{one.name} {one.type}" for one in label.entities}
    read = {
        (matcher.name(one.name), one.type): f"{one.name} {one.type}"
        for one in found.entities
        if one.type in ENTITY_TYPES
    }
    entities = [labelled[key] for key in labelled.keys() - read], [read[key] for key in read.keys() - labelled]
    ours, theirs = set(label.topics), {topic.id for topic in found.topics}
    yield from _slip(label, "entities", *entities)
    yield from _slip(label, "topics", ours - theirs, theirs - ours)
    for pair in match.right:
        for slot, agree in matcher.slots(pair).items():
            if not agree and slot != "quote_loose":
                yield from _slip(label, slot, *_slot(pair, slot.removesuffix("_verbatim")))


def _slip(label: LabelledArticle, what: str, labelled: Iterable[str], found: Iterable[str]) -> Iterator[Slip]:
    slip = Slip(label.id, what, tuple(sorted(labelled)), tuple(sorted(found)))
    if slip.labelled or slip.found:
        yield slip


def _slot(pair: Pair, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the label and the statement found have in slot ``name``, as none, one or several values."""
    values = getattr(pair.label, name), getattr(pair.found, name)
    labelled, found = (value if isinstance(value, tuple) else (value,) if value else () for value in values)
    return labelled, found


def _told(statement: Statement) -> str:
    return f"{statement.side}'s {statement.kind} ({statement.confidence:.2f}): {statement.evidence[0].text}"
