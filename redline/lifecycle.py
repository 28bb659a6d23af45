"""When a service stops: on SIGINT and SIGTERM, and when the supervisor that started it is gone.

A supervised service (``REDLINE_SUPERVISED=1``) has a pipe as standard input whose other end only the supervisor holds.
At its end of file the service stops as by SIGTERM, and is killed where that takes more than 10 s: so none is left when
the supervisor was killed. It leaves SIGINT to the supervisor, since a terminal sends it to both.
"""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

STDIN = 0
HARD_AFTER_S = 10


class Stop(threading.Event):
    """A request to stop, made once and never withdrawn: an event that also calls back. Any thread may ask for it."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], object]] = []
        self.interrupted = False
        """Whether it was SIGINT (Ctrl-C) that asked."""

    def set(self) -> None:
        """Ask for the stop; the callbacks of ``when_set`` run before this returns."""
        with self._lock:
            super().set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def when_set(self, callback: Callable[[], object]) -> None:
        """Call ``callback`` once when the stop is asked for (at once where it was), in the thread that asks."""
        with self._lock:
            if not self.is_set():
                self._callbacks.append(callback)
                return
        callback()


@contextmanager
def stop_on_signals(environ: Mapping[str, str] = os.environ) -> Iterator[Stop]:
    """A ``Stop`` that SIGINT, SIGTERM and the supervisor's end ask for while the block runs.

    A second SIGINT ends the process at once. Call it in the main thread.
    """
    stop = Stop()
    supervised = environ.get("REDLINE_SUPERVISED") == "1"
    reader, writer = os.pipe()

    # Only a write: Event.set here could deadlock with a main thread that is just entering Event.wait.
    def on_signal(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT:
            stop.interrupted = True
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.write(writer, b"!")

    previous = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, on_signal),
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN if supervised else on_signal),
    }
    threading.Thread(target=_watch, args=(stop, reader, supervised), name="stop", daemon=True).start()
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        os.close(writer)


def _watch(stop: Stop, reader: int, supervised: bool) -> None:
    """Set ``stop`` at the first signal or, when supervised, at the end of standard input; ends with the block."""
    sources = [reader, STDIN] if supervised else [reader]
    while True:
        ready, _, _ = select.select(sources, [], [])
        if reader in ready:
            if not os.read(reader, 64):
                os.close(reader)
                return
            stop.set()
        elif not os.read(STDIN, 1024):
            sources.remove(STDIN)
            signal.alarm(HARD_AFTER_S)  # its default action kills, even a process that is stuck outside Python
            stop.set()
