"""Logistic regression in numpy: weights, and a second regression that makes its probabilities honest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_STEPS = 60
_SMALL = 1e-9
_WIDE_STEPS, _INNER_STEPS = 12, 40
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


class Wide(NamedTuple):
    """Rows of many columns: ``dense`` ones, then mostly zeros but for the ``values`` at ``rows`` and ``columns``."""

    dense: Array
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: Array
    width: int

    def times(self, weights: Array) -> Array:
        """What each row comes to; the last weight is the bias."""
        narrow = self.dense.shape[1]
        wide = np.bincount(self.rows, self.values * weights[narrow:-1][self.columns], minlength=len(self.dense))
        return np.asarray(self.dense @ weights[:narrow] + wide + weights[-1], dtype=np.float64)

    def transposed(self, slopes: Array) -> Array:
        """The sum of the rows, each times its slope, and the sum of the slopes."""
        wide = np.bincount(self.columns, self.values * slopes[self.rows], minlength=self.width)
        return np.concatenate([self.dense.T @ slopes, wide, [slopes.sum()]])


def fit_wide(features: Wide, labels: Array, importance: Array, penalty: float) -> Array:
    """The weights that explain ``labels`` best, the last one the bias: Newton steps by conjugate gradients."""
    size = features.dense.shape[1] + features.width + 1
    weights, penalties = np.zeros(size), np.full(size, penalty)
    penalties[-1] = _FREE
    for _ in range(_WIDE_STEPS):
        chance = 1 / (1 + np.exp(-features.times(weights)))
        slope = features.transposed(importance * (chance - labels)) + penalties * weights
        bend = importance * chance * (1 - chance)
        step, rest = np.zeros(size), slope
        way, left = rest, rest @ rest
        for _ in range(_INNER_STEPS):
            bent = features.transposed(bend * features.times(way)) + penalties * way
            length = left / (way @ bent)
            step, rest = step + length * way, rest - length * bent
            before, left = left, rest @ rest
            if left < _SMALL * (slope @ slope):
                break
            way = rest + left / before * way
        weights = weights - step
    return weights
