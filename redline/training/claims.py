"""Trains the likeness of statements: ``python -m redline.training.claims REPORTS.jsonl ...``.

Every two statements of one side are a pair, those of one claim in one article aside. Reports of several claims from
one occasion, made in one speech, teach what is hard: what tells them apart is not who spoke or when.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import click
import msgspec
import numpy as np

from pipelines.novelty.likeness import LIKELY, WEIGHTS, Fingerprint, Model, Traits, Weights
from pipelines.reading.encoder import load_encoder
from pipelines.reading.statements.meaning import packed
from redline.evaluation.corpus import LabelledArticle, load
from redline.training.folds import FOLDS, fold
from redline.training.regression import Array, fit
from schemas.records import Evidence, Statement

PENALTY = 0.1
DIGITS = 3
_MISREAD = 0.15
"""How often two reports of one claim are read as having different targets, which labels never have."""
_FAR_SHARE = 0.05
"""What two statements of two occasions count: they are many, and most are easily told apart."""
_TIME = datetime(2026, 11, 25, tzinfo=UTC)


class Pair(NamedTuple):
    """Two statements of one side: what they share, whether they are one claim, and the occasion of the first.

    ``near`` is true where both are of that occasion.
    """

    traits: Traits
    same: bool
    occasion: str
    near: bool = True


def pairs(articles: Sequence[LabelledArticle], vectors: Sequence[bytes]) -> Iterator[Pair]:
    """The pairs of the statements of ``articles``, whose ``vectors`` are given in the order of the statements."""
    told = [(article, statement) for article in articles for statement in article.statements]
    prints = [
        Fingerprint.of(
            Statement(
                id=statement.claim,
                article=article.id,
                kind=statement.kind,
                side=statement.side,
                evidence=tuple(
                    Evidence(field="text", start=0, end=len(text), text=text) for text in statement.evidence
                ),
                confidence=1.0,
                first_seen=_TIME,
                version=1,
                speaker=statement.speaker,
                role=statement.role,
                target=statement.target,
                target_sides=statement.target_sides,
                condition=statement.condition,
                consequence=statement.consequence,
                quote=statement.quote,
                title=article.title,
                lang=article.lang,
                vector=vector,
            )
        )
        for (article, statement), vector in zip(told, vectors, strict=True)
    ]
    for (one, other), (first, second) in zip(combinations(told, 2), combinations(prints, 2), strict=True):
        same = one[1].claim == other[1].claim
        if one[1].side == other[1].side and not (same and one[0].id == other[0].id):
            yield Pair(first.traits(second), same, one[0].occasion, one[0].occasion == other[0].occasion)


def learn(told: Sequence[Pair], *, meaning: bool) -> Weights:
    """The weights that tell best which of the pairs ``told`` are one claim, with or without their meaning."""
    columns, labels, importance = _table(told, meaning=meaning)
    names = [name for name in Traits._fields if meaning or name != "meaning"]
    weights = [round(float(weight), DIGITS) for weight in fit(columns, labels, importance, PENALTY)]
    return Weights(**{"meaning": 0.0} | dict(zip([*names, "bias"], weights, strict=True)))


def _table(told: Sequence[Pair], *, meaning: bool) -> tuple[Array, Array, Array]:
    """The rows, whether each is one claim, and how much it counts."""
    rows, labels, importance = [], [], []
    for pair in told:
        misread = pair.traits._replace(other_target=True)
        apart = ((pair.traits, 1.0 if pair.near else _FAR_SHARE),)
        for traits, share in ((pair.traits, 1 - _MISREAD), (misread, _MISREAD)) if pair.same else apart:
            values = traits if meaning else (traits.words, *traits[2:])
            rows.append([float(value or 0.0) for value in values] + [1.0])
            labels.append(float(pair.same))
            importance.append(share)
    return np.array(rows), np.array(labels), np.array(importance)


def held_out(told: Sequence[Pair], *, meaning: bool) -> tuple[float, float]:
    """Precision and recall of pairs, each fifth of the occasions judged by what was learnt from the others."""
    chosen: list[bool] = []
    for part in range(FOLDS):
        weights = learn([pair for pair in told if fold(pair.occasion) != part], meaning=meaning)
        chosen += [
            pair.same for pair in told if fold(pair.occasion) == part and weights.probability(pair.traits) >= LIKELY
        ]
    return sum(chosen) / max(len(chosen), 1), sum(chosen) / sum(pair.same for pair in told)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(files: Sequence[Path]) -> None:
    """Train on the labelled reports of FILES and write the weights into the package."""
    encoder = load_encoder()
    told: list[Pair] = []
    for file in files:
        articles = load(file)
        evidence = [" ".join(statement.evidence) for article in articles for statement in article.statements]
        told += pairs(articles, packed(evidence, encoder))
    model = Model(
        trained_on=hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16],
        with_meaning=learn(told, meaning=True),
        without=learn(told, meaning=False),
    )
    WEIGHTS.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n")
    for meaning in (True, False):
        precision, recall = held_out(told, meaning=meaning)
        click.echo(f"{len(told)} pairs, {'with' if meaning else 'without'} meaning: P {precision:.2f} R {recall:.2f}")


if __name__ == "__main__":
    main()
