"""How likely an article is about a topic: a logistic regression, trained by ``make models``, over the cues of the topic
that were found and over all words of the article.

Which words speak for a topic is learnt for each of the built-in ones. What cues are worth is the same for all topics,
so that a user's own topic, of which no words are known, is weighed by what was learnt from the others.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from pipelines.weights import load_weights
from schemas.records import Span

if TYPE_CHECKING:
    from spacy.tokens import Span as DocSpan

WEIGHTS = Path(__file__).parent / "topic_weights.json"

Weight = Literal["strong", "medium", "weak", "not"]
STRENGTH: dict[Weight, int] = {"not": 3, "strong": 2, "medium": 1, "weak": 0}
"""Which of two cues in the same place counts: the higher one."""
_WORTH: dict[Weight, float] = {"strong": 1.0, "medium": 0.6, "weak": 0.3, "not": 0.0}
_MOST_OF_SENTENCE = 2.5
_LEAD = 2
"""So many sentences are the beginning of a text."""

SENTENCES = 14
"""From so many sentences of an article its words are taken."""
WORDS_SCALE = 2.0
_FEW = 15
_NO_WORDS = frozenset({"PERSON", "DATE", "CARDINAL", "TIME", "GPE", "NORP"})

_SHORT = 10
"""Up to so many sentences of an article weak cues count in full."""

FEATURES = ("strong", "medium", "weak", "sentence", "title", "lead", "rank")


class Find(NamedTuple):
    """A cue found: its ``words`` in lower case, and the number of its sentence in the text (-1: the title)."""

    weight: Weight
    words: str
    sentence: int
    span: Span


class Weights(msgspec.Struct, frozen=True):
    """What each feature is worth, and a bias for each topic; ``usual`` is that of one that has none."""

    features: dict[str, float]
    biases: dict[str, float]
    usual: float

    def probability(self, topic: str, values: dict[str, float]) -> float:
        """How likely an article with the feature ``values`` is about ``topic``, 0 to 1."""
        score = sum(self.features[name] * value for name, value in values.items())
        return 1 / (1 + math.exp(-score - self.biases.get(topic, self.usual)))


class TopicModel(msgspec.Struct, frozen=True):
    """``trained_on`` is the hash of the labelled texts; an article has the topics whose probability is ``threshold``.

    ``words`` has the weight of each known word for each topic, ``beside_words`` weighs cues beside them, and
    ``alone`` where no words are known.
    """

    trained_on: str
    threshold: float
    alone: Weights
    beside_words: Weights
    words: dict[str, dict[str, float]]
    words_bias: dict[str, float]

    def probability(self, topic: str, values: dict[str, float], words: Set[str]) -> float:
        """How likely an article of these ``words``, with the feature ``values``, is about ``topic``, 0 to 1."""
        if topic not in self.words_bias:
            return self.alone.probability(topic, values)
        return self.beside_words.probability(topic, values | {"words": self.odds(topic, words)})

    def odds(self, topic: str, words: Set[str]) -> float:
        """The log odds that an article of these ``words`` is about ``topic``."""
        known = [self.words[word] for word in words if word in self.words]
        return self.words_bias[topic] + words_scale(len(known)) * sum(of.get(topic, 0.0) for of in known)


def words_scale(known: int) -> float:
    """How much each word of an article counts that has so many ``known`` ones; a few words alone decide nothing."""
    return WORDS_SCALE / math.sqrt(max(_FEW, known))


def words_of(sentences: Iterable[DocSpan]) -> frozenset[str]:
    """The words at the beginning of an article, in dictionary form, without names of persons and places, numbers and
    dates: no topic is a country's."""
    return frozenset(
        token.lemma_.lower()
        for sentence in islice(sentences, SENTENCES)
        for token in sentence
        if token.is_alpha and not token.is_stop and token.ent_type_ not in _NO_WORDS
    )


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
