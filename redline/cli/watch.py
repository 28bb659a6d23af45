"""``redline watch``: the monitors' alert rules, checked when they are saved."""

from __future__ import annotations

from typing import Literal

import click

from redline.cli.app import App, Time, examples, json_option, pass_app
from redline.queries import moment
from redline.watches import add_watch, find_watch, list_watches, met_by, new_watch, quieten, remove_watch
from schemas.records import Watch, encode
from schemas.times import utc_now

Over = Literal["statements", "articles"]
OncePer = Literal["claim", "story", "article"]
When = Literal["now", "hourly", "daily"]

over_option = click.option(
    "--over",
    type=click.Choice(["statements", "articles"]),
    default="statements",
    show_default=True,
    help="What the query is asked of.",
)
once_per_option = click.option(
    "--once-per",
    type=click.Choice(["claim", "story", "article"]),
    help="Alert once for each of these. Default: claim over statements, story over articles.",
)


@click.group(epilog=examples("redline watch add --name russia-nato --query 'side:Russia target_side:NATO'"))
def watch() -> None:
    """Add, try out, list and remove alert rules."""


@watch.command(
    epilog=examples(
        "redline watch add --name russia-nato --query 'side:Russia target_side:NATO'",
        "redline watch add --name embargo --query 'oil embargo' --over articles --deliver ops --when daily",
    )
)
@click.option("--name", required=True, help="What the watch is called; no two have the same name.")
@click.option("--query", required=True, help="What it looks for, in the query language of the search commands.")
@over_option
@once_per_option
@click.option(
    "--deliver",
    metavar="CHANNEL",
    multiple=True,
    help="Where alerts go: terminal or the name of a webhook in the settings; may be repeated. Default: everywhere.",
)
@click.option(
    "--when",
    type=click.Choice(["now", "hourly", "daily"]),
    default="now",
    show_default=True,
    help="When alerts are delivered: at once, at the full hours, or at the daily time of the settings.",
)
@pass_app
def add(
    app: App, name: str, query: str, over: Over, once_per: OncePer | None, deliver: tuple[str, ...], when: When
) -> None:
    """Save a watch. It alerts about what is first seen from now on."""
    channels = ["terminal", *app.settings.notify.webhooks]
    for channel in deliver:
        if channel not in channels:
            raise click.BadParameter(
                f"{channel!r} is no channel; there are: {', '.join(channels)}", param_hint="--deliver"
            )
    made = new_watch(name, query, utc_now(), over=over, once_per=once_per, deliver=deliver, when=when)
    with app.index() as index:
        app.insist(lambda: add_watch(index, made))
    click.echo(made.id)


@watch.command("list", epilog=examples("redline watch list", "redline watch list --json"))
@json_option
@pass_app
def list_(app: App, as_json: bool) -> None:
    """List the watches, by name."""
    with app.index() as index:
        watches = app.insist(lambda: list_watches(index))
    for one in watches:
        if as_json:
            click.echo(encode(one))
        else:
            click.echo(f"{one.name}: {one.query}  (over {one.over}, once per {one.once_per}, {_delivery(one)})")


def _delivery(watch: Watch) -> str:
    words = ["delivered", ", ".join(watch.deliver) or "everywhere"]
    if watch.when != "now":
        words.append(watch.when)
    if watch.quiet_until and watch.quiet_until > utc_now():
        words.append(f"from {watch.quiet_until:%Y-%m-%d %H:%M} UTC on")
    return " ".join(words)


@watch.command(
    epilog=examples(
        "redline watch quiet russia-nato now+8h",
        "redline watch quiet russia-nato 2026-12-01T08:00:00+01:00",
        "redline watch quiet russia-nato",
        then="What is matched until then is delivered then. redline notify takes a change up within half a minute.",
    )
)
@click.argument("name")
@click.argument("until", required=False)
@pass_app
def quiet(app: App, name: str, until: str | None) -> None:
    """Hold the alerts of a watch back until a time.

    Without UNTIL they are delivered again as they come.
    """
    now = utc_now()
    try:
        time = None if until is None else moment(until, now)
    except ValueError as error:
        raise click.BadParameter(
            f"{until!r} is no time; write now+8h or 2026-12-01T08:00:00Z", param_hint="UNTIL"
        ) from error
    with app.index() as index:
        changed = app.insist(lambda: quieten(index, find_watch(index, name), time))
    click.echo(f"{changed.name}: {_delivery(changed)}")


@watch.command(
    epilog=examples("redline watch test russia-nato", "redline watch test --query side:Iran --since now-30d")
)
@click.argument("name", required=False)
@click.option("--query", help="Try this query instead of a saved watch.")
@over_option
@once_per_option
@click.option(
    "--since",
    type=Time(),
    default="now-7d",
    show_default=True,
    help="Look at what was first seen since: 2026-11-01, now-7d.",
)
@json_option
@pass_app
def test(
    app: App, name: str | None, query: str | None, over: Over, once_per: OncePer | None, since: str, as_json: bool
) -> None:
    """Show what a watch would have alerted about.

    Newest first, one record for each claim, story or article.
    """
    if (name is None) == (query is None):
        raise click.UsageError("give either the NAME of a watch or --query")
    with app.index() as index:
        if name is not None:
            tried = app.insist(lambda: find_watch(index, name))
        else:
            tried = new_watch("test", query or "", utc_now(), over=over, once_per=once_per)
        met = app.insist(lambda: met_by(index, tried, since))
        if as_json:
            for record in met:
                click.echo(encode(record))
            return
        from redline.cli.show import show_records
        from schemas.query.parse import parse

        show_records(met, parse(tried.query, tried.over), index)
    noun = "alert" if len(met) == 1 else "alerts"
    click.echo(f"{len(met)} {noun} since {since}, one for each {tried.once_per}.", err=True)


@watch.command(epilog=examples("redline watch remove russia-nato"))
@click.argument("name")
@pass_app
def remove(app: App, name: str) -> None:
    """Remove the watch with this NAME or id; its alerts stay."""
    with app.index() as index:
        found = app.insist(lambda: find_watch(index, name))
        app.insist(lambda: remove_watch(index, found))
