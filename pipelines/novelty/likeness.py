"""How alike two statements of one side are: shared words, shared quotation, shared target.

The likeness is the overlap coefficient (Szymkiewicz-Simpson) of the two statements' words, once over what was
threatened (condition, consequence, quote, target) and once over the whole evidence with its headline; the higher
counts. Words that both sides of every comparison share anyway (function words, verbs of reporting, the speaker's own
name) are left out. The same named speaker, and names that both mention (a dam, a strait, a town; states and capitals
say too little), add to it. Three words in a row shared by two quotations,
two of them of content, make it certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from schemas.query.analyse import words
from schemas.records import Statement

_FEWEST_SHARED = 2
_SAME_TARGET, _UNKNOWN_TARGET, _OTHER_TARGET = 0.3, 0.4, 0.6
_NEAR = timedelta(hours=72)
_LATER = 0.15
_SPEAKER, _NAME, _MOST_NAMES = 0.2, 0.15, 2
_STATE = re.compile(r"[A-Z]{2}(-capital|-people)?")


@dataclass(frozen=True)
class Likeness:
    """What two statements share: ``score`` 0 to 1, and what it has to reach to make them one claim."""

    score: float
    needed: float

    @property
    def same(self) -> bool:
        """Whether the two statements are one claim."""
        return self.score >= self.needed


@dataclass(frozen=True)
class Fingerprint:
    """What likeness is judged by."""

    core: frozenset[str]
    evidence: frozenset[str]
    shingles: frozenset[tuple[str, ...]]
    target_sides: frozenset[str]
    speaker: str | None
    names: frozenset[str]
    names_harm: bool
    time: datetime

    @staticmethod
    def of(statement: Statement) -> Fingerprint:
        """The fingerprint of ``statement``; its time is when it was published, else first seen."""
        own = {word for part in (statement.side, statement.speaker, statement.role) for word in _words(part)}
        core = (statement.condition, statement.consequence, statement.quote, statement.target)
        quote = [token.text for token in words(statement.quote or "")]
        return Fingerprint(
            core=_content(core) - own,
            evidence=_content((statement.title, *(piece.text for piece in statement.evidence))) - own,
            shingles=frozenset(
                run
                for run in zip(quote, quote[1:], quote[2:], strict=False)
                if len(set(run) - _function_words()) >= _FEWEST_SHARED
            ),
            target_sides=frozenset(statement.target_sides),
            speaker=_surname(statement),
            names=frozenset(_names(statement)) - own,
            names_harm=statement.kind != "unacceptable",
            time=statement.published or statement.first_seen,
        )

    def likeness(self, other: Fingerprint) -> Likeness:
        """How alike this and ``other`` are; both must be of one side."""
        if self.shingles & other.shingles:
            return Likeness(1.0, 0.0)
        score = min(
            1.0, max(_overlap(self.core, other.core), _overlap(self.evidence, other.evidence)) + self._named(other)
        )
        needed = self._needed(other)
        if self.names_harm != other.names_harm:
            needed = 2.0  # "unacceptable" and a threat are two claims, unless the very same words are quoted
        return Likeness(score, needed)

    def _named(self, other: Fingerprint) -> float:
        speaker = _SPEAKER if self.speaker is not None and self.speaker == other.speaker else 0.0
        return speaker + _NAME * min(len(self.names & other.names), _MOST_NAMES)

    def _needed(self, other: Fingerprint) -> float:
        later = _LATER if abs(self.time - other.time) > _NEAR else 0.0
        if not (self.target_sides and other.target_sides):
            return _UNKNOWN_TARGET + later
        return (_SAME_TARGET if self.target_sides & other.target_sides else _OTHER_TARGET) + later


def _words(text: str | None) -> list[str]:
    return [token.text for token in words(text or "")]


def _content(texts: Iterable[str | None]) -> frozenset[str]:
    return frozenset(word for text in texts for word in _words(text)) - _function_words()


def _surname(statement: Statement) -> str | None:
    """The last name of a speaker who is named; None for a state, a ministry or a description."""
    name = _words(statement.speaker)
    return name[-1] if len(name) > 1 and statement.role else None


def _names(statement: Statement) -> Iterable[str]:
    """What the evidence names, by id where there is one, without states, their capitals and their people."""
    for entity in statement.entities:
        if entity.id is None:
            yield from _words(entity.name)[-1:]
        elif not _STATE.fullmatch(entity.id):
            yield entity.id


def _overlap(first: frozenset[str], second: frozenset[str]) -> float:
    shared = len(first & second)
    return shared / min(len(first), len(second)) if shared >= _FEWEST_SHARED else 0.0


@cache
def _function_words() -> frozenset[str]:
    lines = Path(__file__).with_name("function_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in _words(line))
