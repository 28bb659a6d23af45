"""How likely a candidate is a statement: a logistic regression over its features, trained on labelled articles.

``weights.json`` holds what training found (``make models``): a weight for each feature, the bias, the threshold above
which a candidate counts, and what was used to find them.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import msgspec

from pipelines.reading.statements.features import Features
from pipelines.weights import load_weights

WEIGHTS = Path(__file__).parent / "weights.json"


class Classifier(msgspec.Struct, frozen=True):
    """``trained_on`` is the hash of the labelled articles, ``seed`` what parted them while the threshold was sought."""

    trained_on: str
    seed: int
    threshold: float
    bias: float
    weights: dict[str, float]

    def probability(self, features: Features) -> float:
        """How likely a candidate with ``features`` is a statement, 0 to 1."""
        score = self.bias + sum(weight for _, weight in self.shares(features))
        return 1 / (1 + math.exp(-score))

    def shares(self, features: Features) -> list[tuple[str, float]]:
        """What each of ``features`` adds to the score, the heaviest first."""
        shares = [(name, value * self.weights.get(name, 0.0)) for name, value in features.items()]
        return sorted(shares, key=lambda share: (-abs(share[1]), share[0]))


@cache
def load_classifier(file: Path = WEIGHTS) -> Classifier:
    """The classifier in ``file``.

    Raises:
        DataFileError: the file is missing or holds none.
    """
    return load_weights(file, Classifier, "classifier")
