"""Runs the demo: its own data folder, the sample feeds on loopback, and the same services as ``redline run``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock

from redline.demo.samples import Samples
from redline.demo.samples import load as load_samples
from redline.demo.server import FeedServer
from redline.demo.servers import FOLDER
from redline.homes import EmbeddedHomes, ServerHomes, homes_of
from redline.lifecycle import Stop
from redline.settings import PREFIX
from redline.settings import load as load_settings
from redline.supervise import SERVICES, Supervisor, service
from redline.watches import add_watch, new_watch
from schemas.errors import RedlineError
from schemas.protocols import Index

SETTINGS = "redline-demo.toml"
"""The settings file in the demo's folder; it also tells that the folder is the demo's own."""
LOG = "redline.log"


class DemoError(RedlineError):
    """The demo cannot use its folder."""


def prepare(folder: Path) -> None:
    """Make ``folder`` ready for a new demo; the files of an earlier demo are removed.

    Raises:
        DemoError: ``folder`` holds something else, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = list(folder.iterdir())
        if files and folder / SETTINGS not in files:
            raise DemoError(f"{folder} holds data that is not the demo's: set REDLINE_DATA to an empty or new folder")
        for file in files:
            if file.is_file():
                file.unlink()
        shutil.rmtree(folder / FOLDER, ignore_errors=True)
        # A JSON string is a TOML string as well.
        settings = f"# Made by redline demo.\ndata = {json.dumps(str(folder))}\n\n[feeds]\ninterval = 1\n"
        (folder / SETTINGS).write_text(settings, encoding="utf-8")
    except OSError as error:
        raise DemoError(f"{folder} cannot be written: {error.strerror}; set REDLINE_DATA to another folder") from error


@contextmanager
def running(
    folder: Path, stop: Stop, clock: Callable[[], datetime], pace: float = 1.0, *, servers: str = ""
) -> Iterator[Index]:
    """The whole demo in ``folder``, which is prepared, at work while the block runs; gives the index to look at.

    The block begins when all services are ready (or ``stop`` came) and the first articles are about to appear, which
    they do ``pace`` times as fast as the samples say. ``servers`` are the settings (TOML) of a Kafka and an
    Elasticsearch to work on; without them the data goes to files.

    Raises:
        StartError: a service ended before it was ready.
    """
    samples = load_samples()
    with ExitStack() as open_now:
        with (folder / SETTINGS).open("a", encoding="utf-8") as file:
            file.write(servers)
        homes = homes_in(folder)
        index = homes.index()
        open_now.callback(index.close)
        server = open_now.enter_context(FeedServer(samples, clock, pace))
        _set_up(homes, index, samples, server, clock)
        log = open_now.enter_context((folder / LOG).open("a", encoding="utf-8", buffering=1))
        supervisor = Supervisor(
            [service(name) for name in SERVICES],
            _writer(log.write),
            {**_environment(), "REDLINE_CONFIG": str(folder / SETTINGS)},
            output=subprocess.DEVNULL,
        )
        open_now.enter_context(supervisor)
        supervisor.wait_ready(stop)
        server.begin()
        yield index


def homes_in(folder: Path) -> EmbeddedHomes | ServerHomes:
    """Where the demo in ``folder`` keeps its data."""
    return homes_of(load_settings(folder / SETTINGS, {}))


def _environment() -> dict[str, str]:
    """This process's, without what would set Redline up otherwise than the demo's own file does."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def _set_up(
    homes: EmbeddedHomes | ServerHomes,
    index: Index,
    samples: Samples,
    server: FeedServer,
    clock: Callable[[], datetime],
) -> None:
    """Add the feeds and the watches."""
    state = homes.feeds()
    for outlet in samples.outlets:
        state.add(server.address(outlet), outlet.name)
    state.close()
    for watch in samples.watches:
        add_watch(index, new_watch(watch.name, watch.query, clock(), over=watch.over, once_per=watch.once_per))


def _writer(write: Callable[[str], object]) -> Callable[[str, str], None]:
    """A relay that writes each line whole, whichever thread it comes from."""
    lock = Lock()

    def relay(name: str, line: str) -> None:
        with lock:
            write(f"{name}: {line}\n")

    return relay
