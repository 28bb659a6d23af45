"""How likely two statements of one side are one claim, told in other words.

A logistic regression over five things, with weights that ``make models`` learns from pairs of labelled reports:

- the shared words: the overlap coefficient (Szymkiewicz-Simpson) of what was threatened (condition, consequence, quote,
  target) or of the evidence with its headline, whichever is higher, without the words that both sides of every
  comparison share anyway (function words, verbs of reporting, the speaker's own name);
- the shared meaning: the cosine of the sentence embeddings of the evidence, which also compares languages;
- whether the evidence of two reports in one language has no word in common;
- whether each names sides as its target, and none is the same;
- whether one announces harm and the other calls something unacceptable.

Where one of the two has no embedding, other weights do without. Three words in a row shared by two quotations, two of
them of content, make it certain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipelines.weights import load_weights
from schemas.query.analyse import words
from schemas.records import Statement

WEIGHTS = Path(__file__).with_name("weights.json")
_FEWEST_SHARED = 2
LIKELY, _LIKELY_LATER = 0.7, 0.85
_NEAR = timedelta(hours=72)


class Traits(NamedTuple):
    """What likeness is judged by: 0 to 1 each, ``meaning`` -1 to 1, or None where it cannot be compared."""

    words: float
    meaning: float | None
    other_words: bool
    other_target: bool
    other_kind: bool


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The weights of one regression; ``meaning`` is 0 in the one that does without."""

    words: float
    meaning: float
    other_words: float
    other_target: float
    other_kind: float
    bias: float

    def probability(self, traits: Traits) -> float:
        """How likely two statements with these traits are one claim, 0 to 1."""
        score = (
            self.bias
            + self.words * traits.words
            + self.meaning * (traits.meaning or 0.0)
            + self.other_words * traits.other_words
            + self.other_target * traits.other_target
            + self.other_kind * traits.other_kind
        )
        return float(1 / (1 + np.exp(-score)))


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``trained_on`` is the hash of the labelled reports that the weights were learnt from."""

    trained_on: str
    with_meaning: Weights
    without: Weights

    def probability(self, traits: Traits) -> float:
        """How likely two statements with these traits are one claim, 0 to 1."""
        return (self.without if traits.meaning is None else self.with_meaning).probability(traits)


@cache
def load_model(file: Path = WEIGHTS) -> Model:
    """The model in ``file``.

    Raises:
        DataFileError: the file is missing or holds none.
    """
    return load_weights(file, Model, "model of claims")


@dataclass(frozen=True)
class Likeness:
    """How likely two statements are one claim, 0 to 1, and how likely it has to be to make them one."""

    score: float
    needed: float

    @property
    def same(self) -> bool:
        """Whether the two statements are one claim."""
        return self.score >= self.needed


@dataclass(frozen=True)
class Fingerprint:
    """What likeness is judged by; ``vector`` has the length 1."""

    core: frozenset[str]
    evidence: frozenset[str]
    shingles: frozenset[tuple[str, ...]]
    vector: NDArray[np.float32] | None
    lang: str | None
    target_sides: frozenset[str]
    names_harm: bool
    time: datetime

    @staticmethod
    def of(statement: Statement) -> Fingerprint:
        """The fingerprint of ``statement``; its time is when it was published, else first seen."""
        known = (statement.side, statement.speaker, statement.role, *statement.target_sides)
        own = {word for part in known for word in _words(part)}
        core = (statement.condition, statement.consequence, statement.quote, statement.target)
        quote = _words(statement.quote)
        return Fingerprint(
            core=_content(core) - own,
            evidence=_content((statement.title, *(piece.text for piece in statement.evidence))) - own,
            shingles=frozenset(
                run
                for run in zip(quote, quote[1:], quote[2:], strict=False)
                if len(set(run) - _function_words()) >= _FEWEST_SHARED
            ),
            vector=_vector(statement.vector),
            lang=statement.lang,
            target_sides=frozenset(statement.target_sides),
            names_harm=statement.kind != "unacceptable",
            time=statement.published or statement.first_seen,
        )

    def likeness(self, other: Fingerprint) -> Likeness:
        """How alike this and ``other`` are; both must be of one side."""
        if self.shingles & other.shingles:
            return Likeness(1.0, 0.0)
        later = abs(self.time - other.time) > _NEAR
        return Likeness(load_model().probability(self.traits(other)), _LIKELY_LATER if later else LIKELY)

    def traits(self, other: Fingerprint) -> Traits:
        """What this and ``other`` have in common."""
        both_known = self.target_sides and other.target_sides
        return Traits(
            words=max(_overlap(self.core, other.core), _overlap(self.evidence, other.evidence)),
            meaning=None if self.vector is None or other.vector is None else float(self.vector @ other.vector),
            other_words=self.lang == other.lang and not self.evidence & other.evidence,
            other_target=bool(both_known and not self.target_sides & other.target_sides),
            other_kind=self.names_harm != other.names_harm,
        )


def _vector(stored: bytes | None) -> NDArray[np.float32] | None:
    if not stored:
        return None
    vector = np.frombuffer(stored, np.int8).astype(np.float32)
    return vector / np.linalg.norm(vector)


def _words(text: str | None) -> list[str]:
    return [token.text for token in words(text or "")]


def _content(texts: Iterable[str | None]) -> frozenset[str]:
    return frozenset(word for text in texts for word in _words(text)) - _function_words()


def _overlap(first: frozenset[str], second: frozenset[str]) -> float:
    shared = len(first & second)
    return shared / min(len(first), len(second)) if shared >= _FEWEST_SHARED else 0.0


@cache
def _function_words() -> frozenset[str]:
    lines = Path(__file__).with_name("function_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in _words(line))
