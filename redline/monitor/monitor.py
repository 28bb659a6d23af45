"""Watches over one command: counts what it logs, and shows it with the state of the installation at one address.

The command that a person started serves the address, for itself and for the parts that it keeps running. Those count in
the folder that they are told, and serve nothing.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec

from redline.homes import homes_of
from redline.monitor import memory
from redline.monitor.health import Health, alive, ready
from redline.monitor.installation import Installation
from redline.monitor.metrics import FOLDER, Counting, Metrics, counted, last_progress
from redline.monitor.server import JSON, TEXT, Answer, serving
from redline.settings import Settings
from schemas.times import utc_now

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric


@dataclass
class Monitor:
    """What a command has of being watched.

    ``progress`` is to be called whenever its loop goes round, ``environment`` is for the parts below, and ``unready``
    tells which parts have not loaded yet what they need, and since when.
    """

    progress: Callable[[], None] = lambda: None
    environment: Mapping[str, str] = field(default_factory=dict)
    unready: Callable[[], Mapping[str, datetime]] = dict


@contextmanager
def monitored(settings: Settings, part: str, environ: Mapping[str, str]) -> Iterator[Monitor]:
    """Watch over this command, ``part``, while the block runs.

    Raises:
        AddressError: the address of the settings cannot be listened at.
    """
    with ExitStack() as block:
        folder = environ.get(FOLDER) if environ.get("REDLINE_SUPERVISED") == "1" else None
        if folder is not None:
            yield Monitor(progress=_count(Path(folder), part, block)[0].progress)
        elif settings.monitor.address is not None:
            yield _serving(settings, part, block)
        else:
            yield Monitor()


def _count(folder: Path, part: str, block: ExitStack) -> tuple[Metrics, Counting]:
    metrics = Metrics(folder, part)
    return metrics, block.enter_context(Counting(metrics))


def _serving(settings: Settings, part: str, block: ExitStack) -> Monitor:
    folder = own_folder(settings.data / "metrics", part, block)
    metrics, counting = _count(folder, part, block)
    begun = utc_now()
    monitor = Monitor(
        progress=metrics.progress,
        environment={FOLDER: str(folder)},
        unready=lambda: {} if counting.ready else {part: begun},
    )
    installation = Installation(homes_of(settings), utc_now, with_feeds=part in ("run", "fetch"))
    pages = {
        "/metrics": lambda: shown(folder, part, installation),
        "/healthz": lambda: _told(alive(last_progress(folder), monitor.unready(), utc_now())),
        "/readyz": lambda: _told(ready(monitor.unready(), installation.faults())),
    }
    block.enter_context(installation)
    block.enter_context(serving(*settings.monitor.host_and_port(), pages))
    return monitor


def own_folder(above: Path, part: str, block: ExitStack) -> Path:
    """An empty folder in ``above`` that no other process uses before ``block`` ends, however this one ends."""
    for number in count():
        folder = above / f"{part}-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        lock = block.enter_context((folder / "lock").open("w"))
        if _is_ours(lock):
            for file in folder.glob("*.db"):
                file.unlink()
            return folder
    raise AssertionError("the numbers have no end")


def _is_ours(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _told(health: Health) -> Answer:
    return Answer(200 if health.ok else 503, JSON, msgspec.json.encode(health))


def shown(folder: Path, part: str, installation: Installation) -> Answer:
    """All metrics: what was counted in ``folder``, the installation, and the memory of this process, ``part``."""
    from prometheus_client import CollectorRegistry, generate_latest

    class All:
        def collect(self) -> Iterator[Metric]:
            yield from counted(folder)
            yield from installation.metrics()
            yield _memory(part)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(All())
    return Answer(200, TEXT, generate_latest(registry))


def _memory(part: str) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily("redline_resident_memory_bytes", "Memory that a process holds", labels=["part", "pid"])
    for pid, name, resident in memory.held(part):
        family.add_metric([name, str(pid)], resident)
    return family
