"""Logistic regression in numpy: weights, and a second regression that makes its probabilities honest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_STEPS = 60
_SMALL = 1e-9
_FREE = 1e-3
"""The penalty on the bias, which is hardly any."""


def fit(features: Array, labels: Array, importance: Array, penalty: float) -> Array:
    """The weights that explain ``labels`` (0 or 1) best, by Newton's method; the last column is the bias.

    ``importance`` is how much each row counts; ``penalty`` keeps weights small.
    """
    weights = np.zeros(features.shape[1])
    penalties = np.full(features.shape[1], penalty)
    penalties[-1] = _FREE
    for _ in range(_STEPS):
        chance = probabilities(features, weights)
        slope = features.T @ (importance * (chance - labels)) + penalties * weights
        bend = (features * (importance * chance * (1 - chance))[:, None]).T @ features + np.diag(penalties)
        step = np.linalg.solve(bend, slope)
        weights = weights - step
        if np.abs(step).max() < _SMALL:
            break
    return weights


def probabilities(features: Array, weights: Array) -> Array:
    """How likely each row is a 1."""
    return np.asarray(1 / (1 + np.exp(-(features @ weights))), dtype=np.float64)


def calibration(scores: Array, right: Array) -> tuple[float, float]:
    """The factor and shift that make ``scores`` (log odds) honest about how often they are ``right``."""
    columns = np.column_stack([scores, np.ones(len(scores))])
    factor, shift = fit(columns, right, np.ones(len(right)), _FREE)
    return float(factor), float(shift)
