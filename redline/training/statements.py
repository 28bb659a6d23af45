"""Trains the classifier of statements: ``python -m redline.training.statements TRAIN.jsonl PASSAGES.jsonl``.

A candidate is right where its sentence carries a labelled statement. Not every sentence that does says so by itself
("The clock is not ours to stop"): of each statement the clearest candidate must be found, and the others count little.
Calibration and threshold are found by leaving out a fifth of the occasions in turn.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click
import msgspec
import numpy as np

from pipelines.reading.document import Document
from pipelines.reading.encoder import load_encoder
from pipelines.reading.reader import Reader
from pipelines.reading.settings import ReadingSettings
from pipelines.reading.statements.announcements import announcing_words
from pipelines.reading.statements.candidates import attributed
from pipelines.reading.statements.classifier import WEIGHTS, Classifier
from pipelines.reading.statements.features import Features, Surroundings, features
from pipelines.reading.statements.passages import Sentence, sentences
from pipelines.reading.statements.wording import WEIGHTS as WORDING
from pipelines.reading.statements.wording import Wording, words_of
from redline.evaluation.corpus import LabelledArticle, Place, load, meet, places
from redline.evaluation.passages import load_passages
from redline.training import wording
from redline.training.folds import FOLDS, SEED, fold
from redline.training.regression import Array, calibration, fit, probabilities
from schemas.times import utc_now

PENALTY = 2.0
DIGITS = 4
_ROUNDS, _CLEAR, _UNCLEAR_WEIGHT = 4, 0.5, 0.1
_PRECISION = 0.72
_THRESHOLDS = [round(0.72 + step / 50, 2) for step in range(13)]
"""0.72 at the least: below it more real articles fire wrongly than statements are won, which the corpus cannot tell."""
_PLAIN_WEIGHT = 3.0
"""Ordinary news is far more frequent still, but more weight costs too many statements."""

# What a feature means decides which way it may count: in a few hundred articles many a one points the wrong way by
# chance, and is left out then.
_FOR = re.compile(
    r"wording|cue (?!announcement)|condition|slot|verb (?:warn|threaten)|quoted clause|head (?:quoted|harm|future)"
    r"|own (?:threats|judgements|consequences|line|status|idiom|deadlines|demand)|actor (?:sure|official|role)"
    r"|target (?:of another side|foreign)|said (?:other side|threats?|trespass|harm|foreign|coercive|response|warn)"
    r"|doer (?:any|we|of another)"
)
_AGAINST = re.compile(
    r"veto|cue announcement|about|(?:own|near) (?:denials|fictions|recalls|relays|invented)"
    r"|(?:own|near) (?:no_threat|treaty|business|nature|talks)"
    r"|head benign|said (?:hope|past|of the past|plain|benign|domestic|harmless|question)|target (?:domestic|of own)"
    r"|article (?:no other|length)|verb (?:past perfect|negated|none)|actor carried"
)
_NOTHING = 1e-4
_PLAIN_HAND = "plain"
PLAIN = Path(__file__).with_name("plain.txt")
"""Ordinary news of states, which labelled articles have too little of: one article a line."""

_FETCHED = datetime(2026, 11, 25, tzinfo=UTC)


class Example(NamedTuple):
    """A candidate of an article: its features, its side, and the numbers of the statements that it carries."""

    article: LabelledArticle
    side: str
    features: Features
    carries: tuple[int, ...]


class Told(NamedTuple):
    """What one article teaches: the texts of its sentences and how they are worded, and its candidates.

    Each example comes with the number of its sentence; its features lack the odds of the wording.
    """

    article: LabelledArticle
    texts: list[str]
    words: list[list[str]]
    carries: list[bool]
    examples: list[tuple[int, Example]]


def told(article: LabelledArticle, document: Document) -> Told:
    """What ``document`` teaches, with what the labels of ``article`` say of it."""
    read = sentences(document)
    surroundings = Surroundings(read)
    evidence = [
        (number, place)
        for number, statement in enumerate(article.statements)
        for words in statement.evidence
        for place in places(article, words)
    ]

    def carries(sentence: Sentence) -> tuple[int, ...]:
        here = Place(sentence.field, sentence.body.start_char, sentence.body.end_char)
        return tuple(dict.fromkeys(number for number, place in evidence if meet(place, here)))

    found = list(attributed(document, read))
    likely = {id(candidate.sentence) for candidate in found}
    kept = [sentence for sentence in read if id(sentence) in likely or announcing_words(sentence)]
    numbers = {id(sentence): number for number, sentence in enumerate(kept)}
    return Told(
        article=article,
        texts=[sentence.doc_from_opening().text for sentence in kept],
        words=[words_of(sentence.doc_from_opening()) for sentence in kept],
        carries=[bool(carries(sentence)) for sentence in kept],
        examples=[
            (
                numbers[id(one.sentence)],
                Example(article, one.actor.side, features(one, surroundings, 0.0), carries(one.sentence)),
            )
            for one in found
        ],
    )


def plain() -> list[LabelledArticle]:
    """The articles of ``plain.txt``, each of an occasion of its own, without statements."""
    lines = [line for line in PLAIN.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [
        LabelledArticle(
            id=f"plain-{number}",
            hand=_PLAIN_HAND,
            occasion=f"plain-{number}",
            class_="ordinary",
            style="wire",
            text=line,
        )
        for number, line in enumerate(lines, start=1)
    ]


def train(rows: Sequence[Example], trained_on: str) -> Classifier:
    """The classifier that tells the right ones of ``rows`` best."""
    names = sorted({name for row in rows for name in row.features})
    columns = _columns(rows, names)
    folds = np.array([fold(row.article.occasion) for row in rows])
    held_out = np.zeros(len(rows))
    for part in range(FOLDS):
        others = [row for row, at in zip(rows, folds, strict=True) if at != part]
        weights = _fit(others, columns[folds != part], names)
        held_out[folds == part] = columns[folds == part] @ weights
    factor, shift = calibration(*_groups(rows, held_out))
    weights = _fit(rows, columns, names) * factor
    calibrated = 1 / (1 + np.exp(-(held_out * factor + shift)))
    return Classifier(
        trained_on=trained_on,
        seed=SEED,
        threshold=_threshold(rows, calibrated),
        bias=round(float(weights[-1]) + shift, DIGITS),
        weights={
            name: round(float(weight), DIGITS)
            for name, weight in zip(names, weights[:-1], strict=True)
            if abs(weight) > _NOTHING
        },
    )


def _columns(rows: Sequence[Example], names: Sequence[str]) -> Array:
    place = {name: column for column, name in enumerate(names)}
    columns = np.zeros((len(rows), len(names) + 1))
    columns[:, -1] = 1
    for number, row in enumerate(rows):
        for name, value in row.features.items():
            columns[number, place[name]] = value
    return columns


def _importance(article: LabelledArticle) -> float:
    return _PLAIN_WEIGHT if article.hand == _PLAIN_HAND else 1.0


def _fit(rows: Sequence[Example], columns: Array, names: Sequence[str]) -> Array:
    """Weights that find the clearest candidate of each statement, none against the meaning of its feature."""
    usable = columns.copy()
    while True:
        weights = _fit_clearest(rows, usable)
        contrary = [
            at
            for at, (name, weight) in enumerate(zip(names, weights[:-1], strict=True))
            if (weight < 0 and _FOR.match(name)) or (weight > 0 and _AGAINST.match(name))
        ]
        if not contrary:
            return weights
        usable[:, contrary] = 0


def _fit_clearest(rows: Sequence[Example], columns: Array) -> Array:
    labels = np.array([float(bool(row.carries)) for row in rows])
    common = np.array([_importance(row.article) for row in rows])
    weights = fit(columns, labels, common, PENALTY)
    for _ in range(_ROUNDS):
        chance = probabilities(columns, weights)
        clearest: dict[tuple[str, int], int] = {}
        for at, row in enumerate(rows):
            for number in row.carries:
                key = (row.article.id, number)
                clearest[key] = max(clearest.get(key, at), at, key=lambda one: chance[one])
        needed = (labels == 0) | (chance > _CLEAR)
        needed[list(clearest.values())] = True
        weights = fit(columns, labels, common * np.where(needed, 1.0, _UNCLEAR_WEIGHT), PENALTY)
    return weights


def _groups(rows: Sequence[Example], scores: Array) -> tuple[Array, Array]:
    """The highest score of each side in each article, and whether what has it is right."""
    best: dict[tuple[str, str], int] = {}
    for at, row in enumerate(rows):
        key = (row.article.id, row.side)
        best[key] = max(best.get(key, at), at, key=lambda one: scores[one])
    chosen = list(best.values())
    return scores[chosen], np.array([float(bool(rows[at].carries)) for at in chosen])


def _threshold(rows: Sequence[Example], chance: Array) -> float:
    """The least from which on nearly three in four of the sides that are found are right."""
    for threshold in _THRESHOLDS:
        over = [row for row, one in zip(rows, chance, strict=True) if one >= threshold]
        right = len({(row.article.id, number) for row in over for number in row.carries})
        false = len({(row.article.id, row.side) for row in over if not row.carries})
        if right >= _PRECISION * (right + false):
            return threshold
    return _THRESHOLDS[-1]


def learn(taught: Sequence[Told], trained_on: str) -> tuple[Wording, list[Example]]:
    """The weights of the wordings of ``taught``, and its candidates with the odds of wordings of other occasions."""
    encoder = load_encoder()
    worded = [
        wording.Worded(words, vector, carries, fold(one.article.occasion), _importance(one.article))
        for one in taught
        for words, vector, carries in zip(one.words, encoder.encode(one.texts), one.carries, strict=True)
    ]
    odds = iter(wording.held_out(worded).tolist())
    rows = []
    for one in taught:
        of_sentence = [next(odds) for _ in one.texts]
        rows += [
            example._replace(features=example.features | {"wording": of_sentence[number]})
            for number, example in one.examples
        ]
    return wording.train(worded, trained_on), rows


def teach(labelled: Sequence[LabelledArticle]) -> list[Told]:
    """What all articles of ``labelled`` teach, with a bar on standard error."""
    reader = Reader(ReadingSettings(), utc_now)
    with click.progressbar(labelled, label="Reading", file=sys.stderr) as waiting:
        return [
            told(article, document) for article in waiting for document in reader.documents([article.article(_FETCHED)])
        ]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("passages", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(file: Path, passages: Path) -> None:
    """Train on the labelled articles of FILE and on PASSAGES, and write the weights into the package."""
    labelled = [*load(file), *(passage.article() for passage in load_passages(passages)), *plain()]
    trained_on = hashlib.sha256(b"".join(each.read_bytes() for each in (file, passages, PLAIN))).hexdigest()[:16]
    words, rows = learn(teach(labelled), trained_on)
    classifier = train(rows, trained_on)
    WORDING.write_bytes(msgspec.json.encode(words) + b"\n")
    WEIGHTS.write_bytes(msgspec.json.format(msgspec.json.encode(classifier), indent=1) + b"\n")
    click.echo(
        f"{len(words.runs)} runs of words, {len(rows)} candidates, {len(classifier.weights)} features, "
        f"threshold {classifier.threshold}"
    )


if __name__ == "__main__":
    main()
