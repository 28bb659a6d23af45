"""An installation under test: `redline run` over feeds on loopback, and a receiver that refuses half of what comes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from redline.homes import homes_of
from redline.settings import PREFIX, load
from schemas.errors import UnavailableError
from schemas.protocols import Index, Log
from schemas.records import Delivery, Watch
from schemas.times import utc_now
from tests.connectors.channels.receiver import receiver
from tests.faults.inject import CLOCK
from tests.faults.publisher import Publisher, publishing
from tests.faults.samples import COPIED, Sample
from tests.processes import alive, cpu_seconds, descendants, eventually, readers

ROOT = Path(__file__).parents[2]
PARTS = ("fetch", "process", "notify")
WATCHES = (
    ("claims", "kind:(threat OR red_line OR ultimatum OR warning OR unacceptable)", "statements", "claim"),
    ("copies", COPIED, "articles", "story"),
)
PATIENCE_S = 180.0
_WORKING_S = 0.025
"""In so long a process that works uses at least two ticks of the processor's clock."""
T = TypeVar("T")


class FaultError(Exception):
    """A round could not be played as planned."""


class Arrivals:
    """The receiver: of each alert it refuses every second request, by an answer or by none; it knows what it took."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self._requests: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._holding = threading.Event()
        self._held = threading.Event()

    def __call__(self, key: str) -> int:
        """The answer to a request about alert ``key``: a status, 0 for none."""
        if self._holding.is_set():
            self._held.set()
            while self._holding.is_set():
                time.sleep(0.01)
            return 0
        with self._lock:
            self._requests[key] += 1
            if self._requests[key] % 2:
                return 503 if self._requests.total() % 2 else 0
            self.taken.append(key)
        return 204

    @contextmanager
    def holding(self) -> Iterator[threading.Event]:
        """Answer nothing while the block runs; the event is set when a request has come."""
        self._held.clear()
        self._holding.set()
        try:
            yield self._held
        finally:
            self._holding.clear()


class Desk:
    """The installation in ``folder``: its homes, its processes, and where it gets its news and leaves its alerts."""

    def __init__(self, folder: Path, servers: str, publisher: Publisher, arrivals: Arrivals, webhook: str) -> None:
        self.publisher = publisher
        self.arrivals = arrivals
        self.published: set[str] = set()
        self.folder = folder
        self.places = folder / "places"
        self.places.mkdir(parents=True)
        self._settings = folder / "redline.toml"
        # A JSON string is a TOML string as well.
        lines = [f"data = {json.dumps(str(folder / 'data'))}", "[feeds]\ninterval = 1", servers]
        lines.append("[process]\nworkers = 1")  # most of a restart is the loading of models, once a worker
        lines.append(f"[notify]\nwebhooks = {{ desk = {json.dumps(webhook)} }}")
        self._settings.write_text("\n".join(lines), encoding="utf-8")
        self.settings = load(self._settings, {})
        self.homes = homes_of(self.settings)
        self.log: Log = self.homes.log()
        self.index: Index = self.homes.index()
        self._run: subprocess.Popen[bytes] | None = None

    def set_up(self) -> None:
        """Add the feeds and the watches, which were made long ago, however the clock is set."""
        state = self.homes.feeds()
        for name, url in self.publisher.feeds().items():
            state.add(url, name.title())
        state.close()
        created = utc_now() - timedelta(days=2)
        watches = [
            Watch(id=name, name=name, query=query, over=over, once_per=once_per, created=created, deliver=("desk",))  # type: ignore[arg-type]
            for name, query, over, once_per in WATCHES
        ]
        self.index.upsert("watches", watches)
        self.index.refresh("watches")

    def start(self) -> None:
        """Start `redline run`, again where it was killed, and wait until its parts are ready."""
        if self._run is not None:
            self._run.wait()
        environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        environment |= {
            "REDLINE_CONFIG": str(self._settings),
            "FAULTS_FOLDER": str(self.places),
            "PYTHONPATH": f"{Path(__file__).parent / 'site'}:{ROOT}",
        }
        before = self._ready()
        with (self.folder / "redline.log").open("ab") as log:
            self._run = subprocess.Popen(
                [sys.executable, "-m", "redline", "run"],
                env=environment,
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=log,
                process_group=0,  # Ctrl-C is for the harness, which then stops it
            )
        self.wait(lambda: self._ready() >= before + len(PARTS), "redline run is not ready")

    def close(self) -> None:
        """Stop `redline run` cleanly, and release log and index.

        Raises:
            FaultError: it left processes behind (they are killed).
        """
        left = self._stop()
        self.log.close()
        self.index.close()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if left:
            raise FaultError(f"processes {left} outlived redline run, which was stopped")

    def publish(self, samples: Sequence[Sample]) -> None:
        """Have the feeds show ``samples``."""
        self.published |= {sample.url for sample in samples}
        self.publisher.publish(samples)

    def kill(self, pid: int) -> set[int]:
        """Kill process ``pid`` of the installation (-9); returns the processes below it."""
        below = descendants(pid)
        os.kill(pid, signal.SIGKILL)
        return below

    def pid(self, part: str) -> int:
        """The process of ``part``: one of ``PARTS``, or ``run``, which is the parent of all of them."""
        assert self._run is not None
        if part == "run":
            return self._run.pid
        for pid in descendants(self._run.pid):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if f"\0redline\0{part}\0".encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
        raise FaultError(f"{part} does not run")

    def reader(self) -> int | None:
        """A reading process that works on an article that is not committed yet, where there is one."""
        if self._waiting() == 0:
            return None
        before = {pid: cpu_seconds(pid) for pid in readers(self.pid("process"))}
        time.sleep(_WORKING_S)
        return next((pid for pid, used in before.items() if cpu_seconds(pid) > used), None)

    def set_clock(self, ahead: timedelta) -> None:
        """Let the clock of the services jump to ``ahead`` of the machine's."""
        (self.places / CLOCK).write_text(str(ahead.total_seconds()))

    def settled(self) -> bool:
        """Whether all that was published is in the log, processed, and delivered."""
        if self.index.count("articles") < len(self.published) or self._waiting() or _lag(self.log, "notify", "alerts"):
            return False
        self.index.refresh("deliveries")  # a server tells late of a delivery that was just begun
        return all(record.delivered for record in self.index.scan("deliveries") if isinstance(record, Delivery))

    def wait(self, sought: Callable[[], T | None], otherwise: str, every: float = 0.2) -> T:
        """Ask ``sought`` until it is neither None nor false, and return it; no answer of log or index is none.

        ``every`` is in seconds; asking often takes the processor from those who are waited for.

        Raises:
            FaultError: it did not come in ``PATIENCE_S``; ``otherwise`` says what is wrong.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not (found := asked(sought, None)):
            if time.monotonic() > deadline:
                raise FaultError(f"{otherwise} after {PATIENCE_S:g} s")
            time.sleep(every)
        return found

    @contextmanager
    def held_at(self, place: str) -> Iterator[Callable[[], bool]]:
        """Hold the first process that comes by ``place`` while the block runs; gives a question: is one there?"""
        (self.places / place).touch()
        try:
            yield lambda: any(self.places.glob(f"{place}.*"))
        finally:
            (self.places / place).unlink(missing_ok=True)
            for taken in self.places.glob(f"{place}.*"):
                taken.unlink()

    def _stop(self) -> list[int]:
        if self._run is None:
            return []
        below = descendants(self._run.pid)
        self._run.send_signal(signal.SIGTERM)
        try:
            self._run.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            below.add(self._run.pid)
        return leftover(below)

    def _waiting(self) -> int:
        return _lag(self.log, "process", "articles")

    def _ready(self) -> int:
        file = self.folder / "redline.log"
        return file.read_bytes().count(b'"event": "ready"') if file.exists() else 0


@contextmanager
def desk(folder: Path, servers: str = "") -> Iterator[Desk]:
    """An installation in ``folder`` that runs while the block does; ``servers`` are the settings of its servers."""
    arrivals = Arrivals()
    with ExitStack() as stack:
        publisher = stack.enter_context(publishing())
        hook = stack.enter_context(receiver(arrivals))
        made = Desk(folder, servers, publisher, arrivals, hook.url)
        stack.callback(made.close)
        made.set_up()
        made.start()
        yield made


def leftover(pids: set[int], patience: float = 20.0) -> list[int]:
    """Those of ``pids`` that still run after ``patience`` seconds."""
    eventually(lambda: not any(alive(pid) for pid in pids), patience)
    return [pid for pid in pids if alive(pid)]


def asked(question: Callable[[], T], otherwise: T) -> T:
    """The answer, or ``otherwise`` where the log or the index does not answer."""
    try:
        return question()
    except UnavailableError:
        return otherwise


def _lag(log: Log, group: str, topic: str) -> int:
    ends = {partition: log.end(topic, partition) for partition in range(log.partitions(topic))}
    committed = log.committed(group, topic)
    return sum(end - committed.get(partition, 0) for partition, end in ends.items())
