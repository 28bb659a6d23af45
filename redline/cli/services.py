"""``redline fetch``, ``process`` and ``notify``: one part each, as ``redline run`` starts them or apart."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec.structs import replace

from redline import logs
from redline.away import telling
from redline.cli import INTERRUPTED
from redline.cli.app import App, examples, pass_app
from redline.lifecycle import Stop, stop_on_signals
from redline.monitor.monitor import Monitor, monitored
from schemas.patience import Told
from schemas.times import utc_now

if TYPE_CHECKING:
    from connectors.feeds.fetcher import Fetcher

F = TypeVar("F", bound=Callable[..., Any])


def once_option(function: F) -> F:
    """The option ``--once``."""
    return click.option("--once", is_flag=True, help="End when there is nothing left to do.")(function)


@click.command(epilog=examples("redline fetch", "redline fetch --once"))
@once_option
@pass_app
def fetch(app: App, once: bool) -> None:
    """Fetch the feeds, until stopped. What is new goes to the log."""

    def work(stop: Stop, monitor: Monitor, told: Told) -> None:
        import asyncio
        from random import Random

        from connectors.feeds.fetcher import Fetcher

        with app.log() as log, app.feeds() as state:
            fetcher = Fetcher(state, log, app.settings.feeds, utc_now, Random(), told=told)
            asyncio.run(_until(stop, fetcher, once, monitor.progress))

    _serve(app, "fetch", work)


async def _until(stop: Stop, fetcher: Fetcher, once: bool, progress: Callable[[], None]) -> None:
    """Run ``fetcher`` until ``stop``, which another thread asks for."""
    import asyncio

    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    stop.when_set(lambda: loop.call_soon_threadsafe(stopped.set))
    logs.ready()
    await fetcher.run(stopped, once, progress)


@click.command(epilog=examples("redline process", "redline process --once", "redline process --degraded"))
@once_option
@click.option("--degraded", is_flag=True, help="Read without a model: no statements, no alerts; records say so.")
@click.option("--job-endpoint", metavar="HOST:PORT", help="Run as one job on Beam's portable runner there.")
@pass_app
def process(app: App, once: bool, degraded: bool, job_endpoint: str | None) -> None:
    """Read what was fetched and match the watches, until stopped."""
    if once and job_endpoint:
        raise click.UsageError("--once and --job-endpoint exclude each other: a job has no end.")

    def work(stop: Stop, monitor: Monitor, told: Told) -> None:
        from pipelines import process, stream
        from pipelines.session import Work

        reading = replace(app.settings.reading, degraded=degraded or app.settings.reading.degraded)
        if reading.degraded:
            logging.getLogger(__name__).warning("reading without a model: no statements, no alerts")
        work = Work(app.homes, reading, app.settings.process)
        if job_endpoint:
            stream.run(work, job_endpoint, stop, ready=logs.ready, told=told, progress=monitor.progress)
        else:
            process.run(work, stop, once=once, ready=logs.ready, told=told, progress=monitor.progress)

    _serve(app, "process", work)


@click.command(epilog=examples("redline notify", "redline notify --once"))
@once_option
@pass_app
def notify(app: App, once: bool) -> None:
    """Deliver the alerts, until stopped. The channel terminal is standard output."""

    def work(stop: Stop, monitor: Monitor, told: Told) -> None:
        from redline.notify import open_channels, run
        from redline.schedule import schedule_of

        channels = open_channels(app.settings.notify, sys.stdout)
        with app.log() as log, app.index() as index:
            schedule = schedule_of(app.settings.notify)
            progress = monitor.progress
            run(log, index, channels, stop, utc_now, schedule=schedule, once=once, told=told, progress=progress)

    _serve(app, "notify", work)


def _serve(app: App, part: str, work: Callable[[Stop, Monitor, Told], None]) -> None:
    """Log, and do ``work`` until it is done or a signal asks for the stop; exits with 130 after Ctrl-C."""
    logs.setup(app.settings.monitor.log_level)
    with (
        stop_on_signals() as stop,
        monitored(app.settings, part, os.environ) as monitor,
        telling(app.settings.data, part) as told,
    ):
        work(stop, monitor, told)
    if stop.interrupted:
        raise click.exceptions.Exit(INTERRUPTED)
