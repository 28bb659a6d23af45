"""A service stops on signals and when its supervisor is gone; what it runs here is a small real process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from redline.lifecycle import Stop, stop_on_signals

SERVICE = """
from redline.lifecycle import stop_on_signals
with stop_on_signals() as stop:
    print("ready", flush=True)
    stop.wait(30)
    print("stopped", stop.interrupted, flush=True)
"""
STUCK = """
import time
from redline import lifecycle
lifecycle.HARD_AFTER_S = 1
with lifecycle.stop_on_signals():
    print("ready", flush=True)
    time.sleep(30)
"""


@contextmanager
def started(code: str, supervised: bool = False) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "REDLINE_SUPERVISED": "1" if supervised else "0"}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(("number", "interrupted"), [(signal.SIGTERM, False), (signal.SIGINT, True)])
def test_a_signal_asks_for_the_stop(number: signal.Signals, interrupted: bool) -> None:
    with started(SERVICE) as process:
        process.send_signal(number)
        assert process.communicate(timeout=10)[0] == f"stopped {interrupted}\n"
        assert process.returncode == 0


def test_without_a_supervisor_the_end_of_input_means_nothing() -> None:
    with started(SERVICE) as process:
        assert process.stdin is not None
        process.stdin.close()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)


def test_a_supervised_service_stops_when_the_supervisor_is_gone() -> None:
    with started(SERVICE, supervised=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        assert process.stdout.read() == "stopped False\n"
        assert process.wait(10) == 0


def test_a_supervised_service_leaves_ctrl_c_to_the_supervisor() -> None:
    with started(SERVICE, supervised=True) as process:
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)


def test_a_supervised_service_that_is_stuck_is_killed() -> None:
    with started(STUCK, supervised=True) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == -signal.SIGALRM


def test_a_second_ctrl_c_ends_the_process_at_once() -> None:
    with started(STUCK) as process:
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == -signal.SIGINT


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with stop_on_signals({}):
        assert signal.getsignal(signal.SIGTERM) != before[1]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_callbacks_run_once_before_or_after_the_stop() -> None:
    stop, called = Stop(), []
    stop.when_set(lambda: called.append("before"))
    assert not stop.wait(0)
    stop.set()
    stop.set()
    stop.when_set(lambda: called.append("after"))
    assert called == ["before", "after"]
    assert stop.is_set()


def test_a_waiting_thread_wakes() -> None:
    stop, woken = Stop(), list[bool]()
    thread = threading.Thread(target=lambda: woken.append(stop.wait(10)))
    thread.start()
    stop.set()
    thread.join(10)
    assert woken == [True]
