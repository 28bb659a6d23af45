"""``redline watch``: the monitors' alert rules, checked when they are saved."""

from __future__ import annotations

from typing import Literal

import click

from redline.cli.app import App, Time, examples, json_option, pass_app
from redline.watches import add_watch, find_watch, list_watches, met_by, new_watch, remove_watch
from schemas.records import encode
from schemas.times import utc_now

Over = Literal["statements", "articles"]
OncePer = Literal["claim", "story", "article"]

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
        "redline watch add --name embargo --query 'oil embargo' --over articles --deliver ops",
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
@pass_app
def add(app: App, name: str, query: str, over: Over, once_per: OncePer | None, deliver: tuple[str, ...]) -> None:
    """Save a watch. It alerts about what is first seen from now on."""
    channels = ["terminal", *app.settings.notify.webhooks]
    for channel in deliver:
        if channel not in channels:
            raise click.BadParameter(
                f"{channel!r} is no channel; there are: {', '.join(channels)}", param_hint="--deliver"
            )
    made = new_watch(name, query, utc_now(), over=over, once_per=once_per, deliver=deliver)
    with app.index() as index:
        add_watch(index, made)
    click.echo(made.id)


@watch.command("list", epilog=examples("redline watch list", "redline watch list --json"))
@json_option
@pass_app
def list_(app: App, as_json: bool) -> None:
    """List the watches, by name."""
    with app.index() as index:
        watches = list_watches(index)
    for one in watches:
        if as_json:
            click.echo(encode(one))
        else:
            where = ", ".join(one.deliver) or "everywhere"
            click.echo(f"{one.name}: {one.query}  (over {one.over}, once per {one.once_per}, delivered {where})")


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
            tried = find_watch(index, name)
        else:
            tried = new_watch("test", query or "", utc_now(), over=over, once_per=once_per)
        met = met_by(index, tried, since)
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
        remove_watch(index, find_watch(index, name))
