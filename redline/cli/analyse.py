"""``redline analyse``: reads articles handed over and prints what was understood; stores nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

import click

from redline.cli.app import App, examples, pass_app
from redline.inputs import InputError, json_article, to_article
from redline.understand import load_reader, understand
from schemas.records import Article, EnrichedArticle, encode
from schemas.times import utc_now


@click.command(
    epilog=examples(
        "redline analyse article.txt",
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
@pass_app
def analyse(app: App, file: str, jsonl: bool) -> None:
    """Read an article and print what was understood, as JSON.

    FILE is a text, a web page or an Article as JSON; without it, or with -, standard input is read. Nothing is stored.
    """
    name = "standard input" if file == "-" else file
    with click.open_file(file, "rb") as source:
        if jsonl:
            _analyse_lines(app, source, name)
            return
        article = to_article(source.read(), name, utc_now())
    for enriched in understand(load_reader(app.settings.reading), [article]):
        _print(enriched)


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
