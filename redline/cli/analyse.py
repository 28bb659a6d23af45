"""``redline analyse``: reads articles handed over and prints what was understood; stores nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from redline.cli.app import App, examples, pass_app
from redline.inputs import InputError, json_article, to_article
from redline.understand import load_reader, understand
from schemas.records import Article, EnrichedArticle, encode
from schemas.times import utc_now

if TYPE_CHECKING:
    from pipelines.reading.statements.explain import Explanation


@click.command(
    epilog=examples(
        "redline analyse article.txt",
        "redline analyse --explain article.txt",
        "curl -s https://example.org/news.html | redline analyse",
        "redline analyse --jsonl articles.jsonl > enriched.jsonl",
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True), default="-")
@click.option(
    "--jsonl",
    is_flag=True,
    help="FILE has one Article as JSON a line; claims and stories are carried from line to line.",
)
@click.option(
    "--explain",
    is_flag=True,
    help="Print instead, for each sentence that might be a statement, why it is one or not.",
)
@pass_app
def analyse(app: App, file: str, jsonl: bool, explain: bool) -> None:
    """Read an article and print what was understood, as JSON.

    FILE is a text, a web page or an Article as JSON; without it, or with -, standard input is read. Nothing is stored.
    """
    name = "standard input" if file == "-" else file
    if jsonl and explain:
        raise click.UsageError("--explain is for one article: leave --jsonl out")
    with click.open_file(file, "rb") as source:
        if jsonl:
            _analyse_lines(app, source, name)
            return
        article = to_article(source.read(), name, utc_now())
    if explain:
        _explain(app, article)
        return
    for enriched in understand(load_reader(app.settings.reading), [article]):
        _print(enriched)


def _explain(app: App, article: Article) -> None:
    from pipelines.reading.reader import Reader
    from pipelines.reading.statements.explain import explain

    (document,) = Reader(app.settings.reading, utc_now).documents([article])
    explanations = explain(document)
    for one in explanations:
        click.echo("\n".join(_told(one)) + "\n")
    if not explanations:
        click.echo("No sentence has a cue and a speaker of a known side.")


def _told(one: Explanation) -> Iterator[str]:
    """The lines that explain one sentence to a person."""
    yield f"{'TAKEN' if one.taken else 'left'}: {' '.join(one.sentence.split())}"
    yield f"  {one.kind} by {one.speaker} for {one.side}; cue: {one.cue} ({one.cue_class})"
    vetoes = f"stopped by: {one.stopped}" if one.stopped else "no veto"
    yield f"  rules {one.by_rule:.2f} (0.60 needed), {vetoes}; other vetoes: {', '.join(one.vetoes[1:]) or 'none'}"
    like = ", ".join(f'"{run}"' for run in one.like)
    yield f"  wording {one.wording:.2f}{f', like {like}' if like else ''}"
    weighed = ", ".join(f"{share.feature} {share.adds:+.2f}" for share in one.weighed)
    yield f"  classifier {one.by_classifier:.2f} ({one.threshold:.2f} needed): {weighed}"


def _analyse_lines(app: App, lines: Iterable[bytes], name: str) -> None:
    """Print one enriched article for each line; a line that holds none is named on standard error, and exit 1."""
    wrong = 0

    def articles() -> Iterator[Article]:
        nonlocal wrong
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield json_article(line, f"{name}, line {number}")
            except InputError as error:
                wrong += 1
                click.echo(f"Error: {error}", err=True)

    # The bar would draw over results on the same terminal.
    hidden = not sys.stderr.isatty() or sys.stdout.isatty()
    found = understand(load_reader(app.settings.reading), articles())
    with click.progressbar(found, label="Reading", show_pos=True, file=sys.stderr, hidden=hidden) as bar:
        for enriched in bar:
            _print(enriched)
    if wrong:
        raise click.exceptions.Exit(1)


def _print(article: EnrichedArticle) -> None:
    sys.stdout.buffer.write(encode(article) + b"\n")
    sys.stdout.flush()
