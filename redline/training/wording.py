"""Trains the weights of wordings: which runs of words, and which direction of the embedding, make a statement.

Every sentence that may carry a statement is a row, whoever speaks in it. What the classifier of statements learns from
are the odds that a sentence gets from what was learnt from other occasions than its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.reading.encoder import Vectors
from pipelines.reading.statements.wording import RUNS_SCALE, Wording, runs_of
from redline.training.regression import Array, Wide, fit_wide

PENALTY = 0.5
FEWEST = 3
"""A run of words that stands in fewer sentences tells nothing."""
DIGITS = 4


class Worded(NamedTuple):
    """A sentence: its ``words`` as wording sees them, the embedding of its text, and whether it carries a statement.

    ``fold`` is the part of the occasions that it belongs to, ``importance`` how much it counts.
    """

    words: Sequence[str]
    vector: Vectors
    carries: bool
    fold: int
    importance: float


def train(rows: Sequence[Worded], trained_on: str) -> Wording:
    """The weights that tell the sentences of ``rows`` that carry a statement best."""
    known, weights = _fit(rows)
    size = len(weights) - len(known) - 1
    return Wording(
        trained_on=trained_on,
        bias=round(float(weights[-1]), DIGITS),
        vector=tuple(round(float(weight), DIGITS) for weight in weights[:size]),
        runs={run: round(float(weights[size + at]), DIGITS) for run, at in known.items()},
    )


def held_out(rows: Sequence[Worded]) -> Array:
    """The log odds of each row, learnt from the rows of all other folds."""
    folds = np.array([row.fold for row in rows])
    odds = np.zeros(len(rows))
    for fold in sorted(set(folds.tolist())):
        known, weights = _fit([row for row in rows if row.fold != fold])
        inside = np.flatnonzero(folds == fold).tolist()
        odds[inside] = _wide([rows[at] for at in inside], known).times(weights)
    return odds


def _fit(rows: Sequence[Worded]) -> tuple[dict[str, int], Array]:
    counts = Counter(run for row in rows for run in runs_of(row.words))
    known = {run: at for at, run in enumerate(sorted(run for run, count in counts.items() if count >= FEWEST))}
    labels = np.array([float(row.carries) for row in rows])
    importance = np.array([row.importance for row in rows])
    return known, fit_wide(_wide(rows, known), labels, importance, PENALTY)


def _wide(rows: Sequence[Worded], known: dict[str, int]) -> Wide:
    found = [[known[run] for run in runs_of(row.words) if run in known] for row in rows]
    lengths = np.array([len(columns) for columns in found])
    columns: NDArray[np.int64] = np.array([at for columns in found for at in columns], dtype=np.int64)
    return Wide(
        dense=np.array([row.vector for row in rows], dtype=np.float64),
        rows=np.repeat(np.arange(len(rows)), lengths),
        columns=columns,
        values=np.repeat(RUNS_SCALE / np.sqrt(np.maximum(1, lengths)), lengths),
        width=len(known),
    )
