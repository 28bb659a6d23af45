"""How likely an article is about a topic, from the cues found in it: a logistic regression, trained by ``make models``.

The weights of the features are the same for all topics, so that a user's own topic is weighed by what was learnt from
the built-in ones; each of these has a bias of its own besides.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from pipelines.weights import load_weights
from schemas.records import Span

WEIGHTS = Path(__file__).parent / "topic_weights.json"

Weight = Literal["strong", "medium", "weak", "not"]
STRENGTH: dict[Weight, int] = {"not": 3, "strong": 2, "medium": 1, "weak": 0}
"""Which of two cues in the same place counts: the higher one."""
_WORTH: dict[Weight, float] = {"strong": 1.0, "medium": 0.6, "weak": 0.3, "not": 0.0}
_MOST_OF_SENTENCE = 2.5
_LEAD = 2
"""So many sentences are the beginning of a text."""

_SHORT = 10
"""Up to so many sentences of an article weak cues count in full."""

FEATURES = ("strong", "medium", "weak", "sentence", "title", "lead", "rank")


class Find(NamedTuple):
    """A cue found: its ``words`` in lower case, and the number of its sentence in the text (-1: the title)."""

    weight: Weight
    words: str
    sentence: int
    span: Span


class TopicModel(msgspec.Struct, frozen=True):
    """``trained_on`` is the hash of the labelled articles, ``usual`` the bias of a topic that has none of its own."""

    trained_on: str
    threshold: float
    usual: float
    weights: dict[str, float]
    biases: dict[str, float]

    def probability(self, topic: str, values: dict[str, float]) -> float:
        """How likely an article with the feature ``values`` is about ``topic``, 0 to 1."""
        score = sum(self.weights[name] * value for name, value in values.items())
        return 1 / (1 + math.exp(-score - self.biases.get(topic, self.usual)))


@cache
def load_topic_model(file: Path = WEIGHTS) -> TopicModel:
    """The model in ``file``.

    Raises:
        DataFileError: the file is missing or holds none.
    """
    return load_weights(file, TopicModel, "model of topics")


def features(finds: Sequence[Find], sentences: int, most: float) -> dict[str, float]:
    """What the cues found of one topic say.

    ``sentences`` is how many the article has: weak cues tell less in a long one, which has some of every topic.
    ``most`` is the highest ``total`` of any topic of the article.
    """
    different = {weight: len({find.words for find in finds if find.weight == weight}) for weight in _WORTH}
    cues_of: dict[int, set[tuple[Weight, str]]] = defaultdict(set)
    for find in finds:
        cues_of[find.sentence].add((find.weight, find.words))
    worth = {
        place: min(_MOST_OF_SENTENCE, sum(_WORTH[weight] for weight, _ in cues)) for place, cues in cues_of.items()
    }
    return {
        "strong": math.log1p(different["strong"]),
        "medium": math.log1p(different["medium"]),
        "weak": math.log1p(different["weak"] * min(1.0, _SHORT / max(sentences, 1))),
        "sentence": max(worth.values(), default=0.0),
        "title": worth.get(-1, 0.0),
        "lead": max((worth.get(place, 0.0) for place in range(_LEAD)), default=0.0),
        "rank": total(finds) / most if most else 0.0,
    }


def total(finds: Sequence[Find]) -> float:
    """What the different cues found of one topic are worth together."""
    return sum(_WORTH[weight] for weight, _ in {(find.weight, find.words) for find in finds})
