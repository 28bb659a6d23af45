"""Runs the demo: its own data folder, the sample feeds on loopback, and the same services as ``redline run``."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock

from redline.demo.samples import Samples, load
from redline.demo.server import FeedServer
from redline.homes import EmbeddedHomes
from redline.lifecycle import Stop
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
        # A JSON string is a TOML string as well.
        settings = f"# Made by redline demo.\ndata = {json.dumps(str(folder))}\n\n[feeds]\ninterval = 1\n"
        (folder / SETTINGS).write_text(settings, encoding="utf-8")
    except OSError as error:
        raise DemoError(f"{folder} cannot be written: {error.strerror}; set REDLINE_DATA to another folder") from error


@contextmanager
def running(folder: Path, stop: Stop, clock: Callable[[], datetime], pace: float = 1.0) -> Iterator[Index]:
    """The whole demo in ``folder``, which is prepared, at work while the block runs; gives the index to look at.

    The block begins when all services are ready (or ``stop`` came) and the first articles are about to appear, which
    they do ``pace`` times as fast as the samples say.

    Raises:
        StartError: a service ended before it was ready.
    """
    samples = load()
    with ExitStack() as open_now:
        index = EmbeddedHomes(folder).index()
        open_now.callback(index.close)
        server = open_now.enter_context(FeedServer(samples, clock, pace))
        _set_up(folder, index, samples, server, clock)
        log = open_now.enter_context((folder / LOG).open("a", encoding="utf-8", buffering=1))
        supervisor = Supervisor(
            [service(name) for name in SERVICES],
            _writer(log.write),
            {**os.environ, "REDLINE_CONFIG": str(folder / SETTINGS), "REDLINE_DATA": str(folder)},
            output=subprocess.DEVNULL,
        )
        open_now.enter_context(supervisor)
        supervisor.wait_ready(stop)
        server.begin()
        yield index


def _set_up(folder: Path, index: Index, samples: Samples, server: FeedServer, clock: Callable[[], datetime]) -> None:
    """Add the feeds and the watches."""
    state = EmbeddedHomes(folder).feeds()
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
