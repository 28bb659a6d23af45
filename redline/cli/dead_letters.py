"""``redline dead-letters``: what could not be read and why, and how to have it tried again."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import click

from redline.cli.app import App, examples, json_option, pass_app
from redline.dead_letters import find_letter, letters, retry
from schemas.records import DeadLetter, encode

F = TypeVar("F", bound=Callable[..., Any])


@click.group(name="dead-letters")
def dead_letters() -> None:
    """List what could not be read, look at it, try it again."""


def filter_options(function: F) -> F:
    """The options ``--stage`` and ``--error``."""
    stage = click.option("--stage", help="Only what failed at this stage: fetch, decode, read or notify.")
    error = click.option("--error", metavar="TEXT", help="Only where the error has this in it, in any case.")
    return stage(error(function))


def _meets(letter: DeadLetter, stage: str | None, error: str | None) -> bool:
    return stage in (None, letter.stage) and (error or "").casefold() in letter.error.casefold()


@dead_letters.command(
    "list",
    epilog=examples("redline dead-letters list", "redline dead-letters list --stage read --error 'more than' --json"),
)
@filter_options
@click.option(
    "--state",
    type=click.Choice(["open", "retried", "gone"]),
    help="Only those in this state. Default: all that are not gone.",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="At most so many.")
@json_option
@pass_app
def list_(app: App, stage: str | None, error: str | None, state: str | None, limit: int, as_json: bool) -> None:
    """List the dead letters, the last to fail first."""
    with app.log() as log, app.index() as index:

        def newest() -> list[DeadLetter]:
            met = (
                letter
                for letter in letters(log, index)
                if _meets(letter, stage, error) and (letter.state == state if state else letter.state != "gone")
            )
            return heapq.nlargest(limit, met, key=lambda letter: (letter.failed, letter.id))

        found = app.insist(newest)
    for letter in found:
        click.echo(encode(letter) if as_json else _lines(letter))
    if not found and not as_json:
        click.echo("Nothing found.", err=True)


@dead_letters.command(epilog=examples("redline dead-letters show articles/2/1731"))
@click.argument("id_", metavar="ID")
@json_option
@pass_app
def show(app: App, id_: str, as_json: bool) -> None:
    """Show one dead letter with its record."""
    with app.log() as log, app.index() as index:
        letter = app.insist(lambda: find_letter(log, index, id_))
    click.echo(encode(letter) if as_json else f"{_lines(letter)}\n\n{_record(letter)}")


@dead_letters.command(
    "retry",
    epilog=examples(
        "redline dead-letters retry articles/2/1731",
        "redline dead-letters retry --stage read",
        then="What works is gone from the list as soon as it was read; what fails again stays, with its count.",
    ),
)
@click.argument("ids", metavar="[ID]...", nargs=-1)
@filter_options
@click.option("--all", "everything", is_flag=True, help="Try all that are open.")
@json_option
@pass_app
def retry_(
    app: App, ids: tuple[str, ...], stage: str | None, error: str | None, everything: bool, as_json: bool
) -> None:
    """Put dead letters back to where they failed."""
    filtered = bool(stage or error)
    if bool(ids) + filtered + everything != 1:
        raise click.UsageError("say which: give the IDs, or --stage or --error or both, or --all")
    with app.log() as log, app.index() as index:

        def choose() -> list[str]:
            return [find_letter(log, index, id_).id for id_ in ids] or [
                letter.id for letter in letters(log, index) if letter.state == "open" and _meets(letter, stage, error)
            ]

        def put_back(id_: str) -> DeadLetter:
            return retry(log, index, find_letter(log, index, id_))

        chosen = app.insist(choose)
        for id_ in chosen:
            letter = app.insist(partial(put_back, id_))
            click.echo(encode(letter) if as_json else _lines(letter))
    if not chosen:
        click.echo("Nothing found.", err=True)


def _lines(letter: DeadLetter) -> str:
    times = "" if letter.tries == 1 else f"  failed {letter.tries} times"
    return f"{letter.id}  {letter.stage}  {letter.state}{times}  {letter.failed:%Y-%m-%d %H:%M} UTC\n  {letter.error}"


def _record(letter: DeadLetter) -> str:
    """The record as text: as indented JSON where it is JSON."""
    text = letter.record.decode("utf-8", "backslashreplace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text
