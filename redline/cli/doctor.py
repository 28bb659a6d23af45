"""``redline doctor``: is this installation able to run, and if not, what to do."""

from __future__ import annotations

import os

import click
import msgspec

from redline.cli.app import App, examples, json_option, pass_app


@click.command(epilog=examples("redline doctor", "redline --config other.toml doctor --json"))
@json_option
@pass_app
def doctor(app: App, as_json: bool) -> None:
    """Check the installation and say what to do about it.

    Looks at packages, settings, models, log, index and feeds.
    Exits with 1 if something is wrong.
    """
    from redline.doctor import examine

    wrong = 0
    for check in examine(app.config, os.environ):
        wrong += not check.ok
        if as_json:
            click.echo(msgspec.json.encode(check))
        else:
            click.echo(
                f"{click.style('ok   ', fg='green') if check.ok else click.style('WRONG', fg='red')} "
                f"{check.part:9} {check.found}"
            )
    if wrong:
        raise click.exceptions.Exit(1)
