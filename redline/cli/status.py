"""``redline status``: what is stored, what waits, and which feeds fail."""

from __future__ import annotations

import click
import msgspec

from redline.cli.app import App, examples, json_option, pass_app
from redline.status import Status, installation_status


@click.command(epilog=examples("redline status", "redline status --json"))
@json_option
@pass_app
def status(app: App, as_json: bool) -> None:
    """Show what is stored, what waits and which feeds fail."""
    with app.log() as log, app.index() as index, app.feeds() as feeds:
        found = installation_status(log, index, feeds.feeds())
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        _show(found)


def _show(status: Status) -> None:
    for topic, held in status.topics.items():
        click.echo(f"topic {topic}: {held.held} held, {held.appended} ever appended")
    for group, waiting in status.lag.items():
        click.echo(f"{group}: {'nothing waits' if not waiting else f'{waiting} wait'}")
    click.echo("index: " + ", ".join(f"{name} {count}" for name, count in status.records.items()))
    if status.languages:
        counted = ", ".join(f"{language} {count}" for language, count in status.languages.items())
        click.echo(f"languages: {counted}; without statements, since they are not read: {status.not_read}")
    click.echo(f"feeds: {status.feeds}, of them failing: {len(status.failing)}")
    for feed in status.failing:
        click.echo(f"  {feed.url} since {feed.since:%Y-%m-%d %H:%M} UTC: {feed.error}")
