"""``redline run``: everything on the configured feeds."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from redline import logs
from redline.cli import INTERRUPTED
from redline.cli.app import App, examples, pass_app
from redline.lifecycle import stop_on_signals
from redline.monitor.monitor import monitored
from redline.supervise import SERVICES, Supervisor, parse_event, service


@click.command(epilog=examples("redline feeds import my.opml && redline run", "redline --config /etc/redline.toml run"))
@pass_app
def run(app: App) -> None:
    """Fetch, process and notify, until Ctrl-C.

    A part that dies is started again. The parts are the commands redline fetch, process and notify. Alerts are printed
    on standard output, what the parts log on standard error. A second Ctrl-C ends everything at once.
    """
    settings = app.settings  # a wrong setting is told once and here, not by every part
    logs.setup(settings.monitor.log_level)
    services = [service(name) for name in SERVICES]
    with stop_on_signals() as stop, monitored(settings, "run", os.environ) as monitor:
        parts = {**environment(app.config), **monitor.environment}
        with Supervisor(services, relay, parts) as supervisor:
            monitor.unready = supervisor.unready
            supervisor.wait(stop)
    if stop.interrupted:
        raise click.exceptions.Exit(INTERRUPTED)


def environment(config: Path | None) -> Mapping[str, str]:
    """The environment in which the parts find the same settings as this command; ``config`` is that of ``--config``."""
    return {**os.environ, "REDLINE_CONFIG": str(config)} if config else os.environ


def relay(name: str, line: str) -> None:
    """Print one line of what service ``name`` says: structured, or readable where standard error is a terminal."""
    event = parse_event(line)
    if event is None:
        line = f"{name}: {line}"
    elif sys.stderr.isatty():
        line = _readable(name, dict(event))
    sys.stderr.write(line + "\n")


def _readable(name: str, event: dict[str, Any]) -> str:
    time = str(event.pop("time", ""))[11:19]
    level = event.pop("level", "info")
    event.pop("logger", None)
    words = f"{'' if level == 'info' else f'{str(level).upper()} '}{event.pop('event')}"
    return f"{time} {name:8}{words}" + "".join(f"  {field}={value}" for field, value in event.items())
