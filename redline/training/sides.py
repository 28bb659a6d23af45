"""Trains for whom one speaks and whom words are meant for: ``python -m redline.training.sides FILE...``.

The files are labelled articles or labelled passages. Of each labelled sentence in which a candidate is found, the sides
that the text names compete for the speaker (one is right), and each other side is meant or is not.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import msgspec
import numpy as np

from pipelines.reading.document import Document
from pipelines.reading.reader import Reader
from pipelines.reading.settings import ReadingSettings
from pipelines.reading.statements.attribution import attribute
from pipelines.reading.statements.candidates import attributed
from pipelines.reading.statements.cast import Cast
from pipelines.reading.statements.cues import find_cues, wordings
from pipelines.reading.statements.passages import Sentence, sentences
from pipelines.reading.statements.side_weights import SIDE_WEIGHTS, SideWeights
from pipelines.reading.statements.target_sides import meaning, named_target
from redline.evaluation.match import Matcher
from redline.training.regression import Array, fit
from schemas.errors import DataFileError
from schemas.gazetteer import load_gazetteer
from schemas.records import Article
from schemas.times import utc_now

DIGITS = 3
_SPEAKS_PENALTY, _MEANT_PENALTY = 1.0, 3.0
_STEPS = 12
_BATCH = 16

Ties = dict[str, Counter[str]]
_CUES = 3


class _Told(msgspec.Struct, frozen=True):
    """A labelled statement: of an article with ``evidence``, of a passage with its ``sentence``."""

    side: str
    target_sides: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    sentence: str | None = None


class _Text(msgspec.Struct, frozen=True):
    """A labelled text with statements; what else its line holds does not matter here."""

    text: str
    title: str | None = None
    statements: tuple[_Told, ...] = ()


class Example(NamedTuple):
    """What ties the sides of a text to one labelled sentence, and which of them speaks and are meant."""

    speaker: str
    meant: frozenset[str]
    speaks_ties: Ties
    meant_ties: Ties


def load(file: Path) -> list[_Text]:
    """The texts of ``file`` that have statements.

    Raises:
        DataFileError: a line holds no labelled text; it names file and line.
    """
    texts = []
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        try:
            texts.append(msgspec.json.decode(line, type=_Text))
        except msgspec.DecodeError as error:
            raise DataFileError(str(file), number, f"no labelled text: {error}") from error
    return [text for text in texts if text.statements]


def examples(text: _Text, document: Document, matcher: Matcher) -> Iterator[Example]:
    """An example of every cue in a labelled sentence of ``document`` that somebody is told to have said."""
    cast = Cast(document)
    for sentence in cast.read:
        told = _of_one_side(text, sentence)
        if not told:
            continue
        for cue in [*find_cues(sentence), *wordings(sentence)][:_CUES]:
            attribution = attribute(cue, sentence, cast.read)
            if attribution is not None:
                yield Example(
                    speaker=matcher.side(told[0].side),
                    meant=frozenset(matcher.side(side) for one in told for side in one.target_sides),
                    speaks_ties=_by_name(cast.ties_of_speaker(attribution.source, attribution.sentence), matcher),
                    meant_ties={},
                )
    yield from _of_those_meant(text, document, matcher)


def _of_those_meant(text: _Text, document: Document, matcher: Matcher) -> Iterator[Example]:
    """An example of every candidate in a labelled sentence whose speaker's side is right."""
    read = sentences(document)
    for candidate in attributed(document, read):
        told = _of_one_side(text, candidate.sentence)
        if not told:
            continue
        if matcher.side(candidate.actor.side) == matcher.side(told[0].side):
            yield Example(
                speaker=matcher.side(told[0].side),
                meant=frozenset(matcher.side(side) for one in told for side in one.target_sides),
                speaks_ties={},
                meant_ties=_by_name(_once(meaning(candidate, named_target(candidate, read))), matcher),
            )


def _of_one_side(text: _Text, sentence: Sentence) -> list[_Told]:
    """The labelled statements that ``sentence`` carries; none where they are of several sides."""
    body = sentence.body.text
    told = [one for one in text.statements if any(_same(body, e) for e in (*one.evidence, one.sentence or ""))]
    return told if len({one.side for one in told}) == 1 else []


def _same(body: str, evidence: str) -> bool:
    return bool(evidence) and (body in evidence or evidence in body)


def _once(ties: dict[str, set[str]]) -> Ties:
    return {side: Counter(found) for side, found in ties.items()}


def _by_name(ties: Ties, matcher: Matcher) -> Ties:
    return {matcher.side(side): found for side, found in ties.items()}


def train(rows: Sequence[Example], trained_on: str) -> SideWeights:
    """The weights that tell speakers and those who are meant best."""
    speaks = _choose([(row.speaks_ties, row.speaker) for row in rows if len(row.speaks_ties) > 1])
    meant, bias = _meant(rows)
    return SideWeights(trained_on=trained_on, speaks=_told(speaks), meant=_told(meant), bias=round(bias, DIGITS))


def _told(weights: dict[str, float]) -> dict[str, float]:
    """``weights`` rounded, without those that are next to nothing."""
    rounded = {name: round(weight, DIGITS) for name, weight in weights.items()}
    return {name: weight for name, weight in rounded.items() if abs(weight) > 10 * 10**-DIGITS}


def _choose(choices: Sequence[tuple[Ties, str]]) -> dict[str, float]:
    """The weights under which the right side of each choice scores highest (a conditional logit, Newton's method)."""
    names = sorted({tie for ties, _ in choices for found in ties.values() for tie in found})
    cases = [(_rows(list(ties.values()), names), list(ties).index(right)) for ties, right in choices if right in ties]
    weights = np.zeros(len(names))
    for _ in range(_STEPS):
        slope, bend = _SPEAKS_PENALTY * weights, _SPEAKS_PENALTY * np.eye(len(names))
        for rows, right in cases:
            scores = rows @ weights
            chance = np.exp(scores - scores.max())
            chance /= chance.sum()
            mean = chance @ rows
            slope = slope + mean - rows[right]
            bend += (rows * chance[:, None]).T @ rows - np.outer(mean, mean)
        weights = weights - np.linalg.solve(bend, slope)
    return dict(zip(names, weights.tolist(), strict=True))


def _meant(rows: Sequence[Example]) -> tuple[dict[str, float], float]:
    """The weights of a logistic regression, and its bias."""
    sides = [(found, side in row.meant) for row in rows for side, found in row.meant_ties.items()]
    names = sorted({tie for found, _ in sides for tie in found})
    columns = np.column_stack([_rows([found for found, _ in sides], names), np.ones(len(sides))])
    labels = np.array([float(is_meant) for _, is_meant in sides])
    weights = fit(columns, labels, np.ones(len(sides)), _MEANT_PENALTY).tolist()
    return dict(zip(names, weights[:-1], strict=True)), weights[-1]


def _rows(found: Sequence[Counter[str]], names: Sequence[str]) -> Array:
    return np.array([[float(ties[name]) for name in names] for ties in found])


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(files: tuple[Path, ...]) -> None:
    """Train on the labelled texts of FILES and write the weights into the package."""
    texts = [text for file in files for text in load(file)]
    matcher, reader = Matcher(load_gazetteer()), Reader(ReadingSettings(), utc_now)
    with click.progressbar(_understood(reader, texts), length=len(texts), label="Reading") as documents:
        rows = [row for text, document in documents for row in examples(text, document, matcher)]
    weights = train(rows, hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16])
    SIDE_WEIGHTS.write_bytes(msgspec.json.format(msgspec.json.encode(weights), indent=1) + b"\n")
    click.echo(f"{len(rows)} labelled sentences, {len(weights.speaks)} and {len(weights.meant)} ties")


def _understood(reader: Reader, texts: Sequence[_Text]) -> Iterable[tuple[_Text, Document]]:
    now = utc_now()
    for start in range(0, len(texts), _BATCH):
        some = texts[start : start + _BATCH]
        articles = [
            Article(id=f"{start}-{number}", feed="corpus", fetched=now, title=text.title, text=text.text)
            for number, text in enumerate(some)
        ]
        yield from zip(some, reader.documents(articles), strict=True)


if __name__ == "__main__":
    main()
