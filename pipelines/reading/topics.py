"""Finds the topics that an article is about, by the cues of the taxonomy and a regression that weighs them.

Cues are sought in each sentence. How many different ones of each kind an article has, how many stand in one sentence,
in the title and at the beginning, and how other topics do beside it, are weighed by ``topic_weights.json``, which
``make models`` makes from labelled articles; a strong cue is enough in any case. The score is how likely a careful
reader would give the label.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pipelines.reading.topic_cues import CueFinder
from pipelines.reading.topic_model import STRENGTH, Find, features, load_topic_model, total
from schemas.records import Span, TextField, TopicLabel
from schemas.taxonomy import Taxonomy

if TYPE_CHECKING:
    from spacy.tokens import Span as DocSpan

_EVIDENCE = 8
"""So many spans of evidence are kept of a topic."""


class TopicFinder:
    """Finds the topics of articles."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        """Seek the topics of ``taxonomy``.

        Raises:
            DataFileError: the model that weighs the cues cannot be read.
        """
        self._model = load_topic_model()
        self._cues = CueFinder(taxonomy)

    def find(self, sentences: Iterable[tuple[TextField, DocSpan]]) -> tuple[TopicLabel, ...]:
        """The topics of an article that has these sentences (with the field of each), the likeliest first."""
        sentences = list(sentences)
        finds = self._cues.find(sentences)
        most = max(map(total, finds.values()), default=0.0)
        labels = []
        for topic, found in finds.items():
            score = self._model.probability(topic, features(found, len(sentences), most))
            if any(find.weight == "strong" for find in found):
                score = max(score, self._model.threshold)
            if score >= self._model.threshold:
                labels.append(TopicLabel(id=topic, score=round(score, 3), evidence=_evidence(found)))
        return tuple(sorted(labels, key=lambda label: (-label.score, label.id)))


def _evidence(finds: Sequence[Find]) -> tuple[Span, ...]:
    """The strongest of the words found, in their order."""
    best = sorted(finds, key=lambda find: -STRENGTH[find.weight])[:_EVIDENCE]
    order = {"title": 0, "text": 1}
    return tuple(sorted((find.span for find in best), key=lambda span: (order[span.field], span.start)))
