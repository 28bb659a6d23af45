"""Labelled passages: a sentence to four of news each, with the sentences that carry a statement (``corpus/README.md``).

``python -m redline.evaluation.passages FOLDER [NEW.jsonl ...]`` adds those of the files NEW, whose names are the hands,
to ``passages.jsonl`` in FOLDER. One whose labels are wrong, or that shares wording with ``dev.jsonl`` or
``test.jsonl``, is named and left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from redline.evaluation.check import Problem
from redline.evaluation.corpus import Class, LabelledArticle, LabelledStatement, load
from redline.evaluation.split import shared_wording
from schemas.errors import DataFileError, RedlineError
from schemas.records import Identifier, Kind

FILE = "passages.jsonl"
T = TypeVar("T")
_HELD_OUT = ("dev", "test")


class PassageStatement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``sentence`` is the whole sentence of the passage that carries the statement, verbatim."""

    sentence: str
    kind: Kind
    side: str
    target_sides: tuple[str, ...] = ()


class Passage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An invented passage of news; ``hand`` is who wrote it, ``class`` what kind of text it is.

    ``topics`` is None where nobody labelled them.
    """

    id: Identifier
    hand: str
    class_: Class = msgspec.field(name="class")
    text: str
    statements: tuple[PassageStatement, ...] = ()
    topics: tuple[str, ...] | None = None

    def article(self) -> LabelledArticle:
        """The passage as an article of an occasion of its own; the side stands for the speaker, who is not labelled."""
        statements = tuple(
            LabelledStatement(
                kind=one.kind,
                speaker=one.side,
                side=one.side,
                target_sides=one.target_sides,
                evidence=(one.sentence,),
                claim=f"{self.id}/{number}",
            )
            for number, one in enumerate(self.statements)
        )
        return LabelledArticle(
            id=self.id,
            hand=self.hand,
            occasion=self.id,
            class_=self.class_,
            style="passage",
            text=self.text,
            statements=statements,
        )


class TopicPassage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An invented passage of news of which only the topics are labelled."""

    id: Identifier
    hand: str
    text: str
    topics: tuple[str, ...]


class _Draft(msgspec.Struct, frozen=True):
    text: str
    class_: Class = msgspec.field(name="class")
    statements: tuple[PassageStatement, ...] = ()


def load_passages(file: Path) -> list[Passage]:
    """The passages of ``file``, in its order.

    Raises:
        DataFileError: the file cannot be read, or a line holds none; it names the line and the field at fault.
    """
    return _lines(file, Passage)


def load_topic_passages(file: Path) -> list[TopicPassage]:
    """The passages of ``file`` about topics, in its order.

    Raises:
        DataFileError: the file cannot be read, or a line holds none; it names the line and the field at fault.
    """
    return _lines(file, TopicPassage)


def problems(passages: Sequence[Passage], held_out: Sequence[LabelledArticle]) -> list[Problem]:
    """What is wrong with the labels of ``passages``, and which of them share wording with articles ``held_out``."""
    found = [problem for passage in passages for problem in _of_labels(passage)]
    own = {passage.id for passage in passages}
    for pair, runs in shared_wording([*(passage.article() for passage in passages), *held_out]).items():
        for id_, other in (pair, pair[::-1]):
            if id_ in own and other not in own:
                found.append(Problem(id_, "text", f"shares wording with {other}: {'; '.join(runs[:3])}"))
    return found


def _of_labels(passage: Passage) -> list[Problem]:
    found = [
        Problem(passage.id, f"statements[{number}].sentence", f"not in the text: {statement.sentence}")
        for number, statement in enumerate(passage.statements)
        if statement.sentence not in passage.text
    ]
    if (passage.class_ == "statement") != bool(passage.statements):
        found.append(Problem(passage.id, "class", f"{passage.class_} with {len(passage.statements)} statements"))
    return found


def _lines(file: Path, kind: type[T]) -> list[T]:
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise DataFileError(str(file), None, f"cannot be read: {error.strerror}") from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(msgspec.json.decode(line, type=kind))
        except msgspec.DecodeError as error:
            raise DataFileError(str(file), number, f"no passage: {error}; see corpus/README.md") from error
    return found


def _named(file: Path) -> list[Passage]:
    """The passages of a new ``file``, numbered in its order."""
    return [
        Passage(
            id=f"{file.stem}-p{number:03}",
            hand=file.stem,
            class_=draft.class_,
            text=draft.text,
            statements=draft.statements,
        )
        for number, draft in enumerate(_lines(file, _Draft), start=1)
    ]


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("new", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(folder: Path, new: tuple[Path, ...]) -> None:
    """Check the passages in FOLDER with those of NEW, and write them."""
    try:
        before = load_passages(folder / FILE) if (folder / FILE).exists() else []
        passages = {passage.id: passage for passage in (*before, *(one for file in new for one in _named(file)))}
        held_out = [article for part in _HELD_OUT for article in load(folder / f"{part}.jsonl")]
        wrong = problems(list(passages.values()), held_out)
    except RedlineError as error:
        raise click.ClickException(str(error)) from error
    for problem in wrong:
        click.echo(f"left out: {problem if problem.field != 'text' else problem.article}", err=True)
        passages.pop(problem.article, None)
    (folder / FILE).write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in passages.values()))
    told = sum(bool(passage.statements) for passage in passages.values())
    click.echo(f"{len(passages)} passages, {told} with statements")


if __name__ == "__main__":
    main()
