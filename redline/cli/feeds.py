"""``redline feeds``: which feeds are fetched, and what one of them would give."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from redline.cli.app import App, examples, json_option, pass_app
from schemas.errors import FeedError
from schemas.records import encode
from schemas.times import utc_now

if TYPE_CHECKING:
    from connectors.feeds.state import FeedStatus


@click.group(
    epilog=examples("redline feeds import my.opml", "redline feeds add https://news.example/rss", "redline run")
)
def feeds() -> None:
    """Check, add, list, import, export and remove feeds."""


@feeds.command(epilog=examples("redline feeds check https://news.example/rss", "redline feeds check saved.xml --json"))
@click.argument("source", metavar="URL|FILE")
@json_option
@pass_app
def check(app: App, source: str, as_json: bool) -> None:
    """Read one feed and show what it would give. Stores nothing."""
    from connectors.feeds.check import check as read_feed

    found = read_feed(source, utc_now, app.settings.feeds)
    if as_json:
        for article in found.articles:
            click.echo(encode(article))
        return
    click.echo(f"{found.title or 'No title'}  {found.url}  {len(found.articles)} articles")
    for article in found.articles:
        time = f"{article.published:%Y-%m-%d %H:%M}" if article.published else "no date"
        click.echo(f"{time:16}  {article.title or (article.text or '')[:80]}")


@feeds.command(epilog=examples("redline feeds add https://news.example/rss --title 'Example News'"))
@click.argument("url")
@click.option("--title", help="The publisher's name, as articles and alerts show it. Default: what the feed says.")
@pass_app
def add(app: App, url: str, title: str | None) -> None:
    """Add the feed at URL; a running fetch takes it up at once."""
    with app.feeds() as state:
        if not state.add(url, title):
            click.echo(f"{url} is there already.", err=True)


@feeds.command("list", epilog=examples("redline feeds list", "redline feeds list --json"))
@json_option
@pass_app
def list_(app: App, as_json: bool) -> None:
    """List the feeds and how each fares."""
    with app.feeds() as state:
        for feed in state.feeds():
            if as_json:
                click.echo(msgspec.json.encode(feed))
                continue
            click.echo("  ".join(filter(None, [feed.url, feed.title, *_fares(feed)])))


def _fares(feed: FeedStatus) -> Iterator[str]:
    if feed.failing_since:
        yield f"failing since {feed.failing_since:%Y-%m-%d %H:%M} UTC: {feed.error}"
    else:
        yield f"read {feed.fetched:%Y-%m-%d %H:%M} UTC" if feed.fetched else "not read yet"
    if feed.held:
        yield f"waits until {feed.due:%Y-%m-%d %H:%M:%S} UTC: {feed.held}"


@feeds.command("import", epilog=examples("redline feeds import my.opml"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_app
def import_(app: App, file: Path) -> None:
    """Add the feeds of an OPML file, as feed readers export it."""
    from connectors.feeds.opml import read_opml

    listed = read_opml(file)
    with (
        app.feeds() as state,
        click.progressbar(listed, label="Importing", file=sys.stderr, hidden=not sys.stderr.isatty()) as progress,
    ):
        new = sum(state.add(url, title) for url, title in progress)
    click.echo(f"Feeds added: {new}; there already: {len(listed) - new}.", err=True)


@feeds.command(epilog=examples("redline feeds export > my.opml"))
@pass_app
def export(app: App) -> None:
    """Print the feeds as OPML."""
    from connectors.feeds.opml import Subscription, write_opml

    with app.feeds() as state:
        click.echo(write_opml(Subscription(feed.url, feed.title) for feed in state.feeds()), nl=False)


@feeds.command(epilog=examples("redline feeds remove https://news.example/rss"))
@click.argument("url")
@pass_app
def remove(app: App, url: str) -> None:
    """Remove the feed at URL; its articles stay."""
    with app.feeds() as state:
        if not state.remove(url):
            raise FeedError(f"there is no feed {url}; redline feeds list shows those there are")
