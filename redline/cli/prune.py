"""``redline prune``: what is older than a moment, removed from log and index."""

from __future__ import annotations

import click

from redline.cli.app import App, Time, examples, pass_app
from redline.queries import moment
from schemas.times import utc_now


@click.command(
    epilog=examples(
        "redline prune --before now-365d",
        then="Let a timer of the system run it every night, while the services go on. Alerts on their way,"
        " watches and dead letters stay, and so does what is not read yet. A file does not shrink; the room in it is"
        " used again. Kafka's own retention removes from the log as well.",
    )
)
@click.option("--before", type=Time(), required=True, help="What is older goes: 2026-01-01, now-365d.")
@pass_app
def prune(app: App, before: str) -> None:
    """Remove what is old from log and index.

    Articles with their statements, claims that are no longer reported, alerts with their deliveries, and what was read
    of the topics.
    """
    from redline.retention import prune as remove

    now = utc_now()
    try:
        oldest = moment(before, now)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--before") from error
    with app.log() as log, app.index() as index:
        remove(log, index, oldest, now, lambda what, count: click.echo(f"{what}: {count} removed"))
