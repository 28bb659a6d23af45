"""``redline demo``: everything at work on bundled sample feeds, watched live."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path

import click

from redline.cli.app import examples
from redline.lifecycle import stop_on_signals
from schemas.times import utc_now


@click.command(
    epilog=examples(
        "redline demo", "redline demo --for 90", "REDLINE_DATA=/tmp/demo redline demo", "redline demo --servers"
    )
)
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="End after so many seconds, counted from when everything is ready; all samples are out after 80.",
)
@click.option("--servers", is_flag=True, help="Over a Kafka and an Elasticsearch of its own; needs Java and Maven.")
def demo(seconds: float | None, servers: bool) -> None:
    """Show everything at work on bundled sample feeds, until Ctrl-C.

    The feeds are served on loopback; no network is needed. The data goes to the folder REDLINE_DATA (else ./demo-data)
    and stays there; the next demo clears it.
    """
    from rich.console import Console

    from redline.demo.run import LOG, prepare, running
    from redline.demo.servers import FOLDER, running_servers
    from redline.demo.snapshot import take
    from redline.demo.summary import summarise
    from redline.demo.view import follow

    folder = Path(os.environ.get("REDLINE_DATA") or "demo-data").resolve()
    prepare(folder)
    click.echo(f"The demo's data goes to {folder}, what the services log to {LOG} in it.")
    click.echo(f"{'Starting Kafka and Elasticsearch, then loading' if servers else 'Loading'} the language models ...")
    console = Console(highlight=False, markup=False)  # a folder's name may look like markup
    with stop_on_signals() as stop:
        with (
            running_servers(folder / FOLDER) if servers else nullcontext("") as settings,
            running(folder, stop, utc_now, servers=settings) as index,
        ):
            follow(index, console, stop, seconds, utc_now)
            snapshot = take(index)
        summarise(console, snapshot, folder, servers=servers)
