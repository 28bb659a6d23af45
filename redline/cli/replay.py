"""``redline replay``: what is stored, read again by the models and rules of now."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Event

import click

from redline import logs
from redline.cli import INTERRUPTED
from redline.cli.app import App, Time, examples, pass_app
from redline.cli.progress import ProgressLine
from redline.lifecycle import Stop, stop_on_signals
from redline.replay import Progress, ask, progress
from redline.watches import find_watch
from schemas.errors import UnavailableError
from schemas.patience import Patience
from schemas.protocols import Index, Log
from schemas.times import utc_now

MATCHER_ASKS_S = 1.0
"""After so long the matcher has heard of every watch that was saved before."""
LOOK_S = 1.0


@click.command(
    epilog=examples(
        "redline replay --from now-7d",
        "redline replay --from 2026-11-01 --to 2026-11-14 --watch russia-nato",
        then="Statements keep their ids; those no longer found become retracted. What watches newly meet is stored and"
        " delivered to nobody: redline alerts state:replayed shows it. After Ctrl-C redline process goes on with what"
        " is left.",
    )
)
@click.option("--from", "since", type=Time(), required=True, help="What was first seen since: 2026-11-01, now-7d.")
@click.option("--to", "until", type=Time(), default="now", show_default=True, help="What was first seen until then.")
@click.option("--watch", metavar="WATCH", help="Try this watch alone (NAME or id) on the past. Default: all watches.")
@pass_app
def replay(app: App, since: str, until: str, watch: str | None) -> None:
    """Read stored articles again, and match the watches.

    A running redline process does it behind what is new, a quarter of its drain at most; where none runs, this command
    does.
    """
    logs.setup()
    with stop_on_signals() as stop, app.log() as log, app.index() as index:
        only = find_watch(index, watch).id if watch else None
        time.sleep(MATCHER_ASKS_S)
        count = ask(log, index, since, until, only, utc_now())
        click.echo(f"{count} articles are to be read again", err=True)
        with suppress(UnavailableError):  # raised only by the stop
            _follow(app, log, index, stop)
    if stop.interrupted:
        raise click.exceptions.Exit(INTERRUPTED)


def _follow(app: App, log: Log, index: Index, stop: Stop) -> None:
    """Show the progress until nothing waits, and do the work as long as no other process does it."""
    from pipelines.novelty.owner import is_held
    from pipelines.process import run
    from pipelines.session import Work

    work = Work(app.homes, app.settings.reading, app.settings.process)
    patience = Patience(stop)
    line = ProgressLine()
    enough = Event()
    own: Future[int] | None = None
    with ThreadPoolExecutor(1, "process") as thread:
        try:
            while not stop.is_set():
                now = patience.insist(lambda: progress(log, index, utc_now()))
                if not now.waiting:
                    line.end(in_words(now))
                    return
                line.show(in_words(now))
                if own is not None and own.done():
                    own.result()
                    own = None
                if own is None and not patience.insist(lambda: is_held(index, utc_now())):
                    own = thread.submit(run, work, enough, once=True)
                stop.wait(LOOK_S)
        finally:
            enough.set()


def in_words(progress: Progress) -> str:
    """``progress`` in one line."""
    if not progress.waiting:
        return "nothing waits to be read again"
    left = "" if progress.seconds is None else f", for about {timedelta(seconds=round(progress.seconds))} more"
    return f"{progress.waiting} wait to be read again{left}"
