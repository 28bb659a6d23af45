"""Trains the model of topics: ``python -m redline.training.topics TRAIN.jsonl PASSAGES.jsonl TOPICS.jsonl``.

Every text and every topic make a row. What words are worth beside cues, and the threshold, come from judging each fifth
of the occasions by what was learnt from the others.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click
import msgspec
import numpy as np
from numpy.typing import NDArray

from pipelines.reading.document import Document
from pipelines.reading.reader import Reader
from pipelines.reading.settings import ReadingSettings
from pipelines.reading.topic_cues import CueFinder
from pipelines.reading.topic_model import (
    FEATURES,
    WEIGHTS,
    TopicModel,
    Weights,
    features,
    total,
    words_of,
    words_scale,
)
from redline.evaluation.corpus import load
from redline.evaluation.passages import Passage, TopicPassage, load_passages, load_topic_passages
from redline.training.folds import FOLDS, fold
from redline.training.regression import Array, Wide, fit, fit_wide, probabilities
from schemas.records import Article
from schemas.taxonomy import load_taxonomy
from schemas.times import utc_now

PENALTY, WORDS_PENALTY = 2.0, 0.5
FEWEST = 4
"""A word that stands in fewer texts tells nothing."""
_LEAST_WEIGHT = 0.02
DIGITS = 3
_FETCHED = datetime(2026, 11, 25, tzinfo=UTC)
_THRESHOLDS = np.arange(0.2, 0.6, 0.02)


class Labelled(NamedTuple):
    """A text with its ``topics``; texts of one ``occasion`` are judged together."""

    occasion: str
    topics: tuple[str, ...]
    document: Document


class _Rows(NamedTuple):
    """What the cues of each text and topic tell (texts * topics, features), the words of each text, and the labels
    (texts, topics)."""

    cues: Array
    words: list[frozenset[str]]
    labels: Array
    folds: NDArray[np.int64]


def train(texts: Sequence[Labelled], topics: Sequence[str], trained_on: str) -> TopicModel:
    """The model that gives the documents of ``texts`` their ``topics``."""
    rows = _rows(texts, topics)
    labels = rows.labels.ravel()
    known = _known(rows.words)
    weights = _fit_words(rows, known, np.ones(len(texts), dtype=bool))
    odds = np.zeros_like(rows.labels)
    for part in range(FOLDS):
        inside = rows.folds == part
        if inside.any() and not inside.all():
            odds[inside] = _odds(rows, known, _fit_words(rows, known, ~inside), inside)
    both = np.hstack([odds.reshape(-1, 1), rows.cues])
    held_out, folds = np.zeros(len(labels)), np.repeat(rows.folds, len(topics))
    for part in range(FOLDS):
        rest = folds != part
        held_out[~rest] = probabilities(both[~rest], _fit(both[rest], labels[rest]))
    return TopicModel(
        trained_on=trained_on,
        threshold=_threshold(held_out, labels),
        alone=_weights(_fit(rows.cues, labels), FEATURES, topics),
        beside_words=_weights(_fit(both, labels), ("words", *FEATURES), topics),
        words={
            word: found
            for word, at in known.items()
            if (found := {t: w for t, w in zip(topics, _rounded(weights[at]), strict=True) if abs(w) >= _LEAST_WEIGHT})
        },
        words_bias=dict(zip(topics, _rounded(weights[-1]), strict=True)),
    )


def _rows(texts: Sequence[Labelled], topics: Sequence[str]) -> _Rows:
    cues = CueFinder(load_taxonomy())
    return _Rows(
        cues=np.concatenate([_of_cues(text.document, cues, topics) for text in texts]),
        words=[words_of(sentence for _, sentence in text.document.sentences()) for text in texts],
        labels=np.array([[float(topic in text.topics) for topic in topics] for text in texts]),
        folds=np.array([fold(text.occasion) for text in texts]),
    )


def _of_cues(document: Document, cues: CueFinder, topics: Sequence[str]) -> Array:
    """One row a topic: the features, which topic it is, and 1 for the bias of all."""
    sentences = list(document.sentences())
    finds = cues.find(sentences)
    most = max(map(total, finds.values()), default=0.0)
    values = [[features(finds.get(topic, []), len(sentences), most)[name] for name in FEATURES] for topic in topics]
    return np.hstack([np.array(values), np.eye(len(topics)), np.ones((len(topics), 1))])


def _known(texts: Sequence[frozenset[str]]) -> dict[str, int]:
    counts = Counter(word for words in texts for word in words)
    return {word: at for at, word in enumerate(sorted(word for word, count in counts.items() if count >= FEWEST))}


def _fit_words(rows: _Rows, known: dict[str, int], chosen: NDArray[np.bool_]) -> Array:
    """The weight of each known word for each topic, and in the last row the topics' biases, learnt from ``chosen``."""
    wide, labels = _wide(rows, known, chosen), rows.labels[chosen]
    importance = np.ones(len(labels))
    return np.column_stack([fit_wide(wide, label, importance, WORDS_PENALTY) for label in labels.T])


def _odds(rows: _Rows, known: dict[str, int], weights: Array, chosen: NDArray[np.bool_]) -> Array:
    wide = _wide(rows, known, chosen)
    return np.column_stack([wide.times(column) for column in weights.T])


def _wide(rows: _Rows, known: dict[str, int], chosen: NDArray[np.bool_]) -> Wide:
    texts = [words for words, one in zip(rows.words, chosen, strict=True) if one]
    found = [sorted(known[word] for word in words if word in known) for words in texts]
    lengths = [len(columns) for columns in found]
    return Wide(
        dense=np.zeros((len(found), 0)),
        rows=np.repeat(np.arange(len(found)), lengths),
        columns=np.array([at for columns in found for at in columns], dtype=np.int64),
        values=np.repeat([words_scale(length) for length in lengths], lengths),
        width=len(known),
    )


def _fit(columns: Array, labels: Array) -> Array:
    return fit(columns, labels, np.ones(len(labels)), PENALTY)


def _weights(fitted: Array, names: Sequence[str], topics: Sequence[str]) -> Weights:
    biases = fitted[len(names) : -1]
    return Weights(
        features=dict(zip(names, _rounded(fitted[: len(names)]), strict=True)),
        biases=dict(zip(topics, _rounded(fitted[-1] + biases), strict=True)),
        usual=round(float(fitted[-1] + np.median(biases)), DIGITS),
    )


def _rounded(values: Array) -> list[float]:
    return [round(float(value), DIGITS) for value in values]


def _threshold(chance: Array, labels: Array) -> float:
    """Half of the highest F-measure: where it is highest if the chances are honest, and less a matter of luck."""

    def measure(threshold: float) -> float:
        chosen = chance >= threshold
        return float(2 * labels[chosen].sum() / (chosen.sum() + labels.sum()))

    return round(max(map(measure, _THRESHOLDS)) / 2, 2)


def _labelled(file: Path, passages: Path, topics: Path) -> Iterator[tuple[str, tuple[str, ...], Article]]:
    for article in load(file):
        yield article.occasion, article.topics, article.article(_FETCHED)
    short: list[Passage | TopicPassage] = [*load_passages(passages), *load_topic_passages(topics)]
    for passage in short:
        if passage.topics is not None:
            text = Article(id=passage.id, feed="corpus", fetched=_FETCHED, text=passage.text, lang="en")
            yield passage.id, passage.topics, text


@click.command()
@click.argument("files", nargs=3, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(files: tuple[Path, Path, Path]) -> None:
    """Train on articles, passages and passages about topics, and write the weights into the package."""
    reader = Reader(ReadingSettings(), utc_now)
    with click.progressbar(list(_labelled(*files)), label="Reading") as waiting:
        texts = [
            Labelled(occasion, topics, document)
            for occasion, topics, article in waiting
            for document in reader.documents([article])
        ]
    trained_on = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    model = train(texts, [topic.id for topic in load_taxonomy().topics], trained_on)
    WEIGHTS.write_bytes(msgspec.json.encode(model) + b"\n")
    click.echo(f"{len(texts)} texts, {len(model.words)} words, threshold {model.threshold}")


if __name__ == "__main__":
    main()
