"""Supervision: starts services as child processes, restarts one that dies, and stops them all cleanly.

Each child is the very command that one runs apart, told by ``REDLINE_SUPERVISED=1`` that its standard input is a pipe
whose other end only the supervisor holds: at its end of file it stops, so none is left when the supervisor is killed.
A child is its own process group, so that Ctrl-C reaches the supervisor alone and a hard kill its helpers too.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import IO

from redline.backoff import Backoff
from redline.lifecycle import Stop
from schemas.errors import RedlineError
from schemas.times import utc_now

logger = logging.getLogger(__name__)

SERVICES = ("fetch", "process", "notify")
"""The commands that together are all of Redline."""

GRACE_S = 10.0
STEADY_S = 60.0
"""A child that ran so long starts anew without the waits of its earlier deaths."""
RESTART = Backoff(first=0.5, longest=30.0)
TAIL = 20
"""Lines of a child's standard error that are kept for the message when it fails to start."""


class StartError(RedlineError):
    """A child ended before it was ready; the message is the child's own."""


@dataclass(frozen=True)
class Service:
    """A child process: its name and its command line."""

    name: str
    command: Sequence[str]


def service(name: str, *options: str) -> Service:
    """The command ``redline NAME`` of this very installation."""
    return Service(name, (sys.executable, "-m", "redline", name, *options))


class Supervisor:
    """Keeps ``services`` running while its block runs; a SIGINT during the block's end kills them at once.

    ``relay`` gets each line of a child's standard error, with the name of the service; it is called from several
    threads. ``environment`` is that of the children. ``output`` takes their standard output (None: that of this
    process).
    """

    def __init__(
        self,
        services: Sequence[Service],
        relay: Callable[[str, str], None],
        environment: Mapping[str, str],
        *,
        output: int | IO[str] | None = None,
        restart: Backoff = RESTART,
        grace: float = GRACE_S,
    ) -> None:
        """``grace`` is how many seconds a child may take to stop before it is killed."""
        self._keepers = [_Keeper(one, self) for one in services]
        self.relay = relay
        self.environment = {**environment, "REDLINE_SUPERVISED": "1"}
        self.output = output
        self.restart = restart
        self._grace = grace
        self.ending = Stop()
        self._failure: StartError | None = None
        self._changed = threading.Condition()

    def __enter__(self) -> Supervisor:
        for keeper in self._keepers:
            keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # In a thread, since the handler interrupts code that may hold the locks that it needs.
        previous = signal.signal(signal.SIGINT, lambda *_: threading.Thread(target=self.kill).start())
        try:
            self._stop()
        finally:
            signal.signal(signal.SIGINT, previous)

    def wait_ready(self, stop: Stop) -> None:
        """Wait until every service was ready once, or for ``stop``.

        Raises:
            StartError: one of them ended before it was ready.
        """
        self._wait(stop, lambda: all(keeper.ready for keeper in self._keepers))

    def wait(self, stop: Stop) -> None:
        """Wait for ``stop``.

        Raises:
            StartError: a service ended before it was ready.
        """
        self._wait(stop, lambda: False)

    def unready(self) -> dict[str, datetime]:
        """The services that are not ready now, and since when: they start, or died and are started again."""
        return {keeper.name: since for keeper in self._keepers if (since := keeper.unready_since) is not None}

    def _stop(self) -> None:
        """Have all children stop; one that takes longer than ``grace`` is killed. Returns when none is left."""
        self.ending.set()
        for keeper in self._keepers:
            keeper.signal(signal.SIGTERM)
        deadline = time.monotonic() + self._grace
        for keeper in self._keepers:
            keeper.join(deadline - time.monotonic())
        self.kill()
        for keeper in self._keepers:
            keeper.join(None)

    def kill(self) -> None:
        """Kill all children and their helpers at once."""
        self.ending.set()
        for keeper in self._keepers:
            keeper.kill()

    def changed(self, failure: StartError | None = None) -> None:
        """A child became ready, or (``failure``) could not start: let the waiters look."""
        with self._changed:
            self._failure = self._failure or failure
            self._changed.notify_all()

    def _wait(self, stop: Stop, reached: Callable[[], bool]) -> None:
        stop.when_set(self.changed)
        with self._changed:
            self._changed.wait_for(lambda: self._failure or stop.is_set() or reached())
            if self._failure:
                raise self._failure


class _Keeper:
    """Runs one service again and again, in a thread of its own."""

    def __init__(self, service: Service, supervisor: Supervisor) -> None:
        self.name = service.name
        self._service = service
        self._supervisor = supervisor
        self._thread = threading.Thread(target=self._keep, name=f"keep {service.name}", daemon=True)
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self.ready = False
        self.unready_since: datetime | None = utc_now()

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout: float | None) -> None:
        self._thread.join(timeout if timeout is None else max(0.0, timeout))

    def signal(self, number: int) -> None:
        with self._lock:
            if self._child:
                self._child.process.send_signal(number)

    def kill(self) -> None:
        with self._lock:
            if self._child:
                self._child.kill()

    def _keep(self) -> None:
        failures = 0
        while child := self._launch():
            started = time.monotonic()
            code = child.wait(self._on_ready)
            self.unready_since = utc_now()
            with self._lock:
                self._child = None
            if self._supervisor.ending.is_set():
                return
            if not self.ready:
                self._supervisor.changed(StartError(_explain(self._service.name, code, child.tail)))
                return
            failures = 1 if time.monotonic() - started > STEADY_S else failures + 1
            delay = self._supervisor.restart.delay(failures)
            logger.warning("restart", extra={"service": self._service.name, "ended": _how(code), "in_s": delay})
            self._supervisor.ending.wait(delay)

    def _launch(self) -> _Child | None:
        """A new child; None once the supervisor is ending."""
        with self._lock:
            if self._supervisor.ending.is_set():
                return None
            self._child = _Child(self._service, self._supervisor)
            return self._child

    def _on_ready(self) -> None:
        self.ready = True
        self.unready_since = None
        self._supervisor.changed()


@dataclass
class _Child:
    """One run of a service."""

    service: Service
    supervisor: Supervisor
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL))

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            self.service.command,
            stdin=subprocess.PIPE,
            stdout=self.supervisor.output,
            stderr=subprocess.PIPE,
            env=self.supervisor.environment,
            process_group=0,
            encoding="utf-8",
            errors="replace",
        )

    def wait(self, on_ready: Callable[[], None]) -> int:
        """Relay what the child says until it ends; returns its exit code, negative for a signal."""
        reader = threading.Thread(target=self._read, args=(on_ready,), name=f"read {self.service.name}", daemon=True)
        reader.start()
        # Not the end of its standard error: helpers of a killed child hold that open for a while.
        code = self.process.wait()
        reader.join(1.0)
        if self.process.stdin:
            self.process.stdin.close()
        return code

    def kill(self) -> None:
        """Kill the child and its helpers, which are in its process group."""
        # Its number cannot have gone to another process: only ``wait`` reaps it, and then poll knows.
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def _read(self, on_ready: Callable[[], None]) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            for line in lines:
                event = parse_event(line)
                if event is None:
                    self.tail.append(line.rstrip("\n"))
                elif event.get("event") == "ready":
                    on_ready()
                with contextlib.suppress(OSError):  # a full disk, say, behind standard error: the next line may fit
                    self.supervisor.relay(self.service.name, line.rstrip("\n"))


def parse_event(line: str) -> Mapping[str, object] | None:
    """The fields of a structured log line, None where ``line`` is plain text."""
    if not line.startswith("{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def _explain(name: str, code: int, tail: Sequence[str]) -> str:
    words = "\n".join(tail).strip().removeprefix("Error: ")
    return f"{name} ended before it was ready ({_how(code)}){': ' + words if words else ''}"


def _how(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
