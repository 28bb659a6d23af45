"""Trains the model of topics: ``python -m redline.training.topics TRAIN.jsonl``.

Every article and every topic make a row. The threshold comes from the F-measure that is reached when each fifth of the
occasions is judged by what was learnt from the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
import numpy as np

from pipelines.reading.document import Document
from pipelines.reading.reader import Reader
from pipelines.reading.settings import ReadingSettings
from pipelines.reading.topic_cues import CueFinder
from pipelines.reading.topic_model import FEATURES, WEIGHTS, TopicModel, features, total
from redline.evaluation.corpus import LabelledArticle, load
from redline.training.folds import FOLDS, fold
from redline.training.regression import Array, fit, probabilities
from schemas.taxonomy import Taxonomy, load_taxonomy
from schemas.times import utc_now

PENALTY = 2.0
DIGITS = 4
_FETCHED = datetime(2026, 11, 25, tzinfo=UTC)
_THRESHOLDS = np.arange(0.2, 0.6, 0.02)


def train(
    articles: Sequence[LabelledArticle], documents: Sequence[Document], taxonomy: Taxonomy, trained_on: str
) -> TopicModel:
    """The model that gives ``documents`` the topics that the labels of ``articles`` (in the same order) have."""
    topics = [topic.id for topic in taxonomy.topics]
    cues = CueFinder(taxonomy)
    columns = np.concatenate([_rows(document, cues, topics) for document in documents])
    labels = np.array([float(topic in article.topics) for article in articles for topic in topics])
    folds = np.repeat([fold(article.occasion) for article in articles], len(topics))
    held_out = np.zeros(len(labels))
    for part in range(FOLDS):
        rest = folds != part
        held_out[~rest] = probabilities(columns[~rest], _fit(columns[rest], labels[rest]))
    weights = _fit(columns, labels)
    biases = weights[len(FEATURES) : -1]
    return TopicModel(
        trained_on=trained_on,
        threshold=_threshold(held_out, labels),
        usual=round(float(weights[-1] + np.median(biases)), DIGITS),
        weights={name: round(float(weight), DIGITS) for name, weight in zip(FEATURES, weights, strict=False)},
        biases={topic: round(float(weights[-1] + bias), DIGITS) for topic, bias in zip(topics, biases, strict=True)},
    )


def _rows(document: Document, cues: CueFinder, topics: Sequence[str]) -> Array:
    """One row a topic: the features, which topic it is, and 1 for the bias of all."""
    sentences = list(document.sentences())
    finds = cues.find(sentences)
    most = max(map(total, finds.values()), default=0.0)
    values = [[features(finds.get(topic, []), len(sentences), most)[name] for name in FEATURES] for topic in topics]
    return np.hstack([np.array(values), np.eye(len(topics)), np.ones((len(topics), 1))])


def _fit(columns: Array, labels: Array) -> Array:
    return fit(columns, labels, np.ones(len(labels)), PENALTY)


def _threshold(chance: Array, labels: Array) -> float:
    """Half of the highest F-measure: where it is highest if the chances are honest, and less a matter of luck."""

    def measure(threshold: float) -> float:
        chosen = chance >= threshold
        return float(2 * labels[chosen].sum() / (chosen.sum() + labels.sum()))

    return round(max(map(measure, _THRESHOLDS)) / 2, 2)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(file: Path) -> None:
    """Train on the labelled articles of FILE and write the weights into the package."""
    articles = load(file)
    reader = Reader(ReadingSettings(), utc_now)
    with click.progressbar(articles, label="Reading") as waiting:
        documents = [document for article in waiting for document in reader.documents([article.article(_FETCHED)])]
    model = train(articles, documents, load_taxonomy(), hashlib.sha256(file.read_bytes()).hexdigest()[:16])
    WEIGHTS.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n")
    click.echo(f"{len(articles)} articles, threshold {model.threshold}")


if __name__ == "__main__":
    main()
