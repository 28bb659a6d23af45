"""``redline evaluate``: reads labelled articles and measures how well they were read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from redline.cli.app import App, examples, pass_app
from redline.evaluation.corpus import LabelledArticle, load
from redline.understand import Read, load_reader, understand
from schemas.records import EnrichedArticle
from schemas.times import utc_now

SEED = 7


@click.command(
    epilog=examples(
        "redline evaluate corpus/dev.jsonl",
        "redline evaluate --misses corpus/dev.jsonl",
        "redline evaluate --json my-labels.jsonl > figures.json",
        then="corpus/GUIDE.md says how articles are labelled, corpus/README.md what the lines of FILE hold.",
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--misses", is_flag=True, help="List what was missed, found falsely or read otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print all figures and lists as one JSON object.")
@pass_app
def evaluate(app: App, file: Path, misses: bool, as_json: bool) -> None:
    """Measure how well labelled articles are read.

    FILE has one labelled article as JSON a line. The figures stand beside those of a simple baseline, with intervals of
    95 % by bootstrap over the articles.
    """
    labels = load(file)
    if not labels:
        raise click.ClickException(f"{file}: no labelled articles in it")
    reader = load_reader(app.settings.reading)  # before what imports numpy: it sets how many threads numpy takes
    from redline.evaluation.baseline import Baseline
    from redline.evaluation.evaluate import evaluate as measure
    from redline.evaluation.match import Matcher
    from redline.evaluation.report import show
    from schemas.gazetteer import load_gazetteer
    from schemas.taxonomy import load_taxonomy

    gazetteer = load_gazetteer([Path(folder) for folder in app.settings.reading.gazetteer_folders])
    matcher = Matcher(gazetteer)
    readers: dict[str, Read] = {
        "reader": reader,
        "baseline": Baseline(gazetteer, load_taxonomy()).read,
    }
    found = {name: measure(labels, _readings(read, labels, name), matcher, SEED) for name, read in readers.items()}
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        show(found["reader"], found["baseline"], misses)


def _readings(read: Read, labels: Sequence[LabelledArticle], name: str) -> list[EnrichedArticle]:
    """The articles of ``labels`` as ``read`` reads them, with a bar on standard error."""
    now = utc_now()
    articles = [label.article(now) for label in labels]
    with click.progressbar(
        understand(read, articles), length=len(articles), label=f"Reading ({name})", show_pos=True, file=sys.stderr
    ) as bar:
        return list(bar)
