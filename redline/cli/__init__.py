"""The command line: the group that loads each command when it is used, and how errors and interrupts end it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from redline.cli.app import App
from schemas.errors import QueryError, RedlineError

COMMANDS = {
    "alerts": "redline.cli.search",
    "analyse": "redline.cli.analyse",
    "claims": "redline.cli.search",
    "dead-letters": "redline.cli.dead_letters",
    "demo": "redline.cli.demo",
    "doctor": "redline.cli.doctor",
    "evaluate": "redline.cli.evaluate",
    "feeds": "redline.cli.feeds",
    "fetch": "redline.cli.services",
    "models": "redline.cli.models",
    "notify": "redline.cli.services",
    "process": "redline.cli.services",
    "prune": "redline.cli.prune",
    "reindex": "redline.cli.reindex",
    "replay": "redline.cli.replay",
    "run": "redline.cli.run",
    "search": "redline.cli.search",
    "statements": "redline.cli.search",
    "status": "redline.cli.status",
    "topics": "redline.cli.topics",
    "watch": "redline.cli.watch",
}
"""Every command, and the module in which it stands under its own name (``_`` for ``-``)."""

INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for; it also turns our errors into an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names of all commands, in the order of the alphabet."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command ``cmd_name``, or None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name]), cmd_name.replace("-", "_"))
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a RedlineError becomes one line on standard error and exit 1, Ctrl-C exit 130."""
        try:
            return super().invoke(ctx)
        except QueryError as error:
            shown = _one_line(error.query)
            raise click.ClickException(f"{_one_line(str(error))}\n  {shown}\n  {' ' * error.position}^") from error
        except RedlineError as error:
            raise click.ClickException(_one_line(str(error))) from error
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


def _one_line(text: str) -> str:
    """``text`` with every control character a blank, so that positions in it stay."""
    return "".join(character if character.isprintable() else " " for character in text)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Try it on bundled sample feeds: redline demo. On your own: redline feeds import my.opml, then redline run.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The settings file; else REDLINE_CONFIG, else ./redline.toml where there is one.",
)
@click.version_option(package_name="redline-monitor", help="Show the version and exit.")
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """Tells people within seconds that someone has drawn a new red line.

    Reads news feeds, finds who warned whom of what under what condition, and alerts once per claim.
    """
    ctx.obj = App(config)


def main() -> None:
    """The console script ``redline``."""
    cli(prog_name="redline")
