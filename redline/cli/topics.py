"""``redline topics``: the topics that articles can be about, and what topics of one's own would have caught."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from redline.cli.app import App, Time, examples, json_option, pass_app
from redline.queries import since_query
from redline.understand import load_reader
from schemas.protocols import Index
from schemas.records import EnrichedArticle, TopicLabel
from schemas.taxonomy import load_taxonomy, load_topics

_PAGE = 200


class Caught(msgspec.Struct, frozen=True, omit_defaults=True):
    """An article that a topic would have caught, and the words that make it so."""

    topic: str
    score: float
    article: str
    words: tuple[str, ...]
    title: str | None = None
    source: str | None = None
    url: str | None = None


@click.group()
def topics() -> None:
    """Topics of articles: list them, try one of your own.

    A file of topics is TOML. Each begins with [[topic]] and has an id, a name, and phrases that tell it (strong) or
    sentences about it (examples). Name the file under reading.topic_files to use it.
    """


@topics.command("list", epilog=examples("redline topics list"))
@pass_app
def list_(app: App) -> None:
    """List all topics, your own with them."""
    for topic in load_taxonomy([Path(file) for file in app.settings.reading.topic_files]).topics:
        click.echo(f"{topic.id:22}{topic.description or topic.name}")


@topics.command(
    epilog=examples(
        "redline topics test grain.toml",
        "redline topics test grain.toml --since now-7d --limit 2000",
        then="With a file such as this:\n\n\b\n"
        '  [[topic]]\n  id = "grain-exports"\n  name = "Grain exports"\n'
        '  strong = ["grain corridor", "grain deal", "export wheat"]\n'
        '  examples = ["Ships with maize wait for inspection in the port."]',
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--since", type=Time(), default="*", help="Only articles first seen since: 2026-11-01, now-7d.")
@click.option(
    "--limit", type=click.IntRange(1), default=500, show_default=True, help="Read at most so many, newest first."
)
@json_option
@pass_app
def test(app: App, file: Path, since: str, limit: int, as_json: bool) -> None:
    """Show what the topics of FILE would have caught.

    The newest stored articles are read with the topics of FILE; nothing is changed.
    """
    wanted = [topic.id for topic in load_topics(file)]
    settings = app.settings.reading
    others = tuple(name for name in settings.topic_files if Path(name).resolve() != file.resolve())
    reader = load_reader(msgspec.structs.replace(settings, topic_files=(*others, str(file))))
    caught: Counter[str] = Counter()
    read = 0
    with app.index() as index:
        for article in _newest(index, since, limit):
            read += 1
            (understood,) = reader([article])
            for label in understood.topics:
                if label.id in wanted:
                    caught[label.id] += 1
                    _show(_caught(article, label), as_json)
    click.echo(f"{read} articles read; " + "; ".join(f"{topic}: {caught[topic]}" for topic in wanted), err=True)


def _newest(index: Index, since: str, limit: int) -> Iterator[EnrichedArticle]:
    """The stored articles first seen at ``since`` or later, newest first, at most ``limit``."""
    query = since_query(None, since, "articles")
    after = None
    while limit > 0:
        page = index.search("articles", query, limit=min(limit, _PAGE), after=after)
        yield from (record for record in page.records if isinstance(record, EnrichedArticle))
        limit -= len(page.records)
        after = page.after
        if after is None:
            return


def _caught(article: EnrichedArticle, label: TopicLabel) -> Caught:
    fields = {"title": article.title or "", "text": article.text or ""}
    words = dict.fromkeys(fields[span.field][span.start : span.end] for span in label.evidence)
    return Caught(
        topic=label.id,
        score=label.score,
        article=article.id,
        words=tuple(words),
        title=article.title,
        source=article.source,
        url=article.url,
    )


def _show(caught: Caught, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(caught).decode())
        return
    click.echo(
        f"{caught.score:.2f}  {caught.topic}  {caught.title or caught.article}  ({caught.source or 'no source'})"
    )
    click.echo(f"      {', '.join(caught.words)}")
