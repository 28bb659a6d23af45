"""Builds the corpus: ``python -m redline.evaluation.build FOLDER [NEW.jsonl ...]`` checks, parts and writes it.

FOLDER holds ``train.jsonl``, ``dev.jsonl`` and ``test.jsonl`` as far as they exist; an article of NEW replaces the one
of its id there. An article whose labels are wrong is named and left out, and the exit status is 1.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from redline.evaluation.check import Problem, problems
from redline.evaluation.corpus import LabelledArticle, load, save
from redline.evaluation.split import PARTS, Part, split
from schemas.errors import DataFileError, RedlineError
from schemas.gazetteer import load_gazetteer

SEED = 7


def build(folder: Path, new: Iterable[Path]) -> tuple[dict[Part, list[LabelledArticle]], list[Problem]]:
    """Write the parts of ``folder`` with the articles of the files ``new``; returns the parts and what was left out.

    Raises:
        DataFileError: a file holds something that is no labelled article, or two parts or two files share an id.
    """
    before: dict[str, Part] = {}
    articles: dict[str, LabelledArticle] = {}
    for part in PARTS:
        if (file := folder / f"{part}.jsonl").exists():
            for article in _apart(file, before):
                before[article.id] = part
                articles[article.id] = article
    fresh: dict[str, LabelledArticle] = {}
    for file in new:
        fresh |= {article.id: article for article in _apart(file, fresh)}
    articles |= fresh
    wrong = problems(list(articles.values()))
    for problem in wrong:
        articles.pop(problem.article, None)
    parts = split(list(articles.values()), before, load_gazetteer(), SEED)
    for part, held in parts.items():
        save(folder / f"{part}.jsonl", held)
    return parts, wrong


def _apart(file: Path, others: Iterable[str]) -> list[LabelledArticle]:
    """The articles of ``file``, none of which is among the ids ``others``."""
    articles = load(file)
    both = {article.id for article in articles} & set(others)
    if both:
        raise DataFileError(str(file), None, f"another file has these ids too: {', '.join(sorted(both))}")
    return articles


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("new", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(folder: Path, new: tuple[Path, ...]) -> None:
    """Check the corpus in FOLDER with the articles of NEW, and write its parts."""
    try:
        parts, wrong = build(folder, new)
    except RedlineError as error:
        raise click.ClickException(str(error)) from error
    for problem in wrong:
        click.echo(str(problem), err=True)
    for part, articles in parts.items():
        told = sum(bool(article.statements) for article in articles)
        sides = {statement.side for article in articles for statement in article.statements}
        click.echo(f"{part}: {len(articles)} articles, {told} with statements, {len(sides)} sides")
    if wrong:
        click.echo(f"left out: {len({problem.article for problem in wrong})} articles, see above", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
