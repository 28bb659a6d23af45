"""The regression finds what a plain law says, and calibration makes scores honest."""

from __future__ import annotations

import numpy as np
import pytest

from redline.training.regression import Wide, calibration, fit, fit_wide, probabilities


def test_a_feature_that_decides_gets_the_weight() -> None:
    features = np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]] * 20)
    labels = features[:, 0]
    weights = fit(features, labels, np.ones(len(labels)), penalty=1.0)
    assert weights[0] > 3
    assert abs(weights[1]) < 0.01
    assert (probabilities(features, weights) > 0.5).tolist() == (labels == 1).tolist()


def test_rows_without_importance_do_not_count() -> None:
    features = np.array([[1.0], [1.0]])
    weights = fit(features, np.array([1.0, 0.0]), np.array([1.0, 0.0]), penalty=1.0)
    assert probabilities(features, weights)[0] > 0.9


def test_calibrated_scores_are_right_as_often_as_they_say() -> None:
    random = np.random.default_rng(7)
    truth = random.normal(size=4000)
    right = (random.random(4000) < 1 / (1 + np.exp(-truth))).astype(float)
    factor, shift = calibration(truth * 3 + 1, right)
    assert factor == pytest.approx(1 / 3, abs=0.05)
    assert shift == pytest.approx(-1 / 3, abs=0.1)


def test_many_columns_give_the_same_weights_as_few() -> None:
    random = np.random.default_rng(7)
    dense = random.normal(size=(200, 3))
    sparse = np.where(random.random((200, 40)) < 0.1, np.float64(0.5), np.float64(0.0))
    labels = (dense[:, 0] + sparse[:, 1] * 4 + random.normal(size=200) > 0).astype(float)
    rows, columns = np.nonzero(sparse)
    wide = Wide(dense, rows, columns, sparse[rows, columns], 40)
    whole = np.column_stack([dense, sparse, np.ones(200)])
    assert wide.times(np.ones(44)) == pytest.approx(whole @ np.ones(44))
    assert fit_wide(wide, labels, np.ones(200), 0.5) == pytest.approx(fit(whole, labels, np.ones(200), 0.5), abs=1e-3)
