"""How like a statement a sentence is worded: a logistic regression over its runs of words and its embedding.

Names, numbers and dates count by their kind alone ("country"), so that no side and no occasion is learnt.
``wording.json`` holds what training found (``make models``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from spacy.tokens import Span

from pipelines.reading.encoder import Vectors, load_encoder
from pipelines.weights import load_weights

WEIGHTS = Path(__file__).parent / "wording.json"
LONGEST_RUN = 3
RUNS_SCALE = 2.0
"""How much all known runs of a sentence count together, beside its embedding of length 1."""
_TELLING = 3
_KINDS = {
    "GPE": "country",
    "NORP": "foreign",
    "ORG": "organisation",
    "PERSON": "someone",
    "LOC": "region",
    "FAC": "base",
    "EVENT": "event",
    "DATE": "someday",
    "TIME": "sometime",
    "CARDINAL": "number",
    "QUANTITY": "number",
    "ORDINAL": "first",
    "MONEY": "money",
    "PERCENT": "percent",
}


class Likeness(NamedTuple):
    """``odds`` are the log odds that the words are a statement's; ``runs`` are what speaks for it most."""

    odds: float
    runs: tuple[str, ...]


class Wording(msgspec.Struct, frozen=True):
    """``trained_on`` is the hash of the labelled texts; ``runs`` and ``vector`` have a weight each."""

    trained_on: str
    bias: float
    vector: tuple[float, ...]
    runs: dict[str, float]

    def likeness(self, words: Sequence[str], vector: Vectors) -> Likeness:
        """How like a statement's ``words`` are, whose sentence has the embedding ``vector``."""
        known = [(self.runs[run], run) for run in runs_of(words) if run in self.runs]
        scale = RUNS_SCALE / math.sqrt(max(1, len(known)))
        odds = self.bias + float(vector @ np.array(self.vector)) + scale * sum(weight for weight, _ in known)
        telling = sorted(known, key=lambda one: (-one[0], one[1]))
        return Likeness(odds, tuple(run for weight, run in telling[:_TELLING] if weight > 0))


def words_of(span: Span) -> list[str]:
    """The words of ``span`` in lower case, each name, number and date as its kind, all quotation marks alike."""
    words, last = [], ""
    for token in span:
        kind = _KINDS.get(token.ent_type_)
        if token.is_space or (kind is not None and token.ent_type_ == last):
            continue
        words.append('"' if token.is_quote else kind or token.lower_)
        last = token.ent_type_
    return words


def runs_of(words: Sequence[str]) -> list[str]:
    """All different runs of up to ``LONGEST_RUN`` words."""
    lengths = range(1, LONGEST_RUN + 1)
    return sorted({" ".join(words[at : at + k]) for k in lengths for at in range(len(words) - k + 1)})


def likenesses(spans: Sequence[Span]) -> list[Likeness]:
    """How like a statement each sentence of ``spans`` is worded.

    Raises:
        ModelMissingError: the sentence encoder is not installed.
    """
    if not spans:
        return []
    wording = load_wording()
    vectors = load_encoder().encode([span.text for span in spans])
    return [wording.likeness(words_of(span), vector) for span, vector in zip(spans, vectors, strict=True)]


@cache
def load_wording(file: Path = WEIGHTS) -> Wording:
    """The weights in ``file``.

    Raises:
        DataFileError: the file is missing or holds none.
    """
    return load_weights(file, Wording, "model of wordings")
