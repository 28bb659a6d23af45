"""The regression finds what a plain law says, and calibration makes scores honest."""

from __future__ import annotations

import numpy as np
import pytest

from redline.training.regression import calibration, fit, probabilities


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
