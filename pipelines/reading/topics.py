"""Finds the topics that an article is about, by the cues of the taxonomy and by what its other words tell.

Cues are sought in each sentence. How many different ones of each kind an article has, how many stand in one sentence,
in the title and at the beginning, how other topics do beside it, and which words it has, are weighed by
``topic_weights.json``, which ``make models`` makes from labelled texts; a strong cue is enough in any case. The score
is how likely a careful reader would give the label.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pipelines.reading.topic_cues import CueFinder
from pipelines.reading.topic_model import SENTENCES, STRENGTH, Find, features, load_topic_model, total, words_of
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
        self._topics = {topic.id for topic in taxonomy.topics}

    def find(self, sentences: Iterable[tuple[TextField, DocSpan]]) -> tuple[TopicLabel, ...]:
        """The topics of an article that has these sentences (with the field of each), the likeliest first."""
        sentences = list(sentences)
        finds = self._cues.find(sentences)
        words = words_of(sentence for _, sentence in sentences)
        most = max(map(total, finds.values()), default=0.0)
        labels = []
        for topic in (self._model.words_bias.keys() & self._topics) | finds.keys() if sentences else ():
            found = finds.get(topic, [])
            score = self._model.probability(topic, features(found, len(sentences), most), words)
            if any(find.weight == "strong" for find in found):
                score = max(score, self._model.threshold)
            if score >= self._model.threshold:
                evidence = _evidence(found) or self._telling(topic, sentences)
                labels.append(TopicLabel(id=topic, score=round(score, 3), evidence=evidence))
        return tuple(sorted(labels, key=lambda label: (-label.score, label.id)))

    def _telling(self, topic: str, sentences: Sequence[tuple[TextField, DocSpan]]) -> tuple[Span, ...]:
        """Where the words stand that speak for ``topic`` most, of an article that has none of its cues."""
        worth = [
            (self._model.words.get(token.lemma_.lower(), {}).get(topic, 0.0), name, token)
            for name, sentence in sentences[:SENTENCES]
            for token in sentence
        ]
        best = sorted(worth, key=lambda one: (-one[0], one[1] != "title", one[2].i))[:_EVIDENCE]
        spans = [
            Span(field=name, start=token.idx, end=token.idx + len(token)) for more, name, token in best if more > 0
        ]
        return _in_order(spans)


def _evidence(finds: Sequence[Find]) -> tuple[Span, ...]:
    """The strongest of the words found, in their order."""
    best = sorted(finds, key=lambda find: -STRENGTH[find.weight])[:_EVIDENCE]
    return _in_order(find.span for find in best)


def _in_order(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(sorted(spans, key=lambda span: (span.field != "title", span.start)))
