"""Real child processes: small stand-ins for the services."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading

import pytest

from redline.backoff import Backoff
from redline.lifecycle import Stop
from redline.supervise import Service, StartError, Supervisor, parse_event
from tests.processes import PATIENCE_S, alive, eventually

QUICK = Backoff(first=0.01, longest=0.05)

SERVICE = """
import os, subprocess, sys, time
helper = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
print(f"pid {os.getpid()}", file=sys.stderr)
print(f"helper {helper.pid}", file=sys.stderr)
print('{"event": "ready"}', file=sys.stderr, flush=True)
sys.stdin.read()
"""
"""Runs until the end of its standard input, with a helper process as ``redline process`` has them."""

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(f"helper {helper.pid}", file=sys.stderr)
print('{"event": "ready"}', file=sys.stderr, flush=True)
time.sleep(600)
"""

SUPERVISOR = """
import os, sys, time
from redline.lifecycle import Stop
from redline.supervise import Service, Supervisor
service = Service("one", [sys.executable, "-c", sys.argv[1]])
with Supervisor([service], lambda _, line: print(line, flush=True), os.environ) as supervisor:
    supervisor.wait(Stop())
"""


class Said:
    """What the children said, from ``relay``."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._changed = threading.Condition()

    def relay(self, _: str, line: str) -> None:
        with self._changed:
            self.lines.append(line)
            self._changed.notify_all()

    def numbers(self, word: str, count: int) -> list[int]:
        """The numbers of the first ``count`` lines that begin with ``word``, waiting for them."""

        def found() -> list[int]:
            return [int(line.split()[1]) for line in self.lines if line.startswith(f"{word} ")]

        with self._changed:
            assert self._changed.wait_for(lambda: len(found()) >= count, PATIENCE_S), self.lines
            return found()[:count]


def python(program: str) -> Service:
    return Service("one", [sys.executable, "-c", program])


def supervising(program: str, said: Said, grace: float = 10.0) -> Supervisor:
    return Supervisor([python(program)], said.relay, os.environ, restart=QUICK, grace=grace)


def test_a_service_that_is_killed_is_started_again() -> None:
    said = Said()
    with supervising(SERVICE, said) as supervisor:
        supervisor.wait_ready(Stop())
        [first] = said.numbers("pid", 1)
        os.kill(first, signal.SIGKILL)
        _, second = said.numbers("pid", 2)
        assert alive(second)
    assert not alive(second)


def test_stopping_leaves_no_child_and_no_helper() -> None:
    said = Said()
    with supervising(SERVICE, said) as supervisor:
        supervisor.wait_ready(Stop())
    [child] = said.numbers("pid", 1)
    [helper] = said.numbers("helper", 1)
    assert not alive(child)
    assert eventually(lambda: not alive(helper))


def test_one_that_does_not_stop_is_killed_with_its_helpers() -> None:
    said = Said()
    with supervising(STUBBORN, said, grace=0.2) as supervisor:
        supervisor.wait_ready(Stop())
    [helper] = said.numbers("helper", 1)
    assert eventually(lambda: not alive(helper))


def test_one_that_cannot_start_ends_the_wait_with_its_message() -> None:
    program = "import sys; print('Error: model en_x is not installed: run make demo', file=sys.stderr); sys.exit(1)"
    with (
        supervising(program, Said()) as supervisor,
        pytest.raises(StartError, match=r"^one ended before it was ready \(exit 1\): model en_x is not installed"),
    ):
        supervisor.wait(Stop())


def test_one_that_ends_later_does_not_end_the_wait() -> None:
    said = Said()
    stop = Stop()
    program = 'import sys; print(\'{"event": "ready"}\\npid 1\', file=sys.stderr)'
    with supervising(program, said) as supervisor:
        said.numbers("pid", 3)
        stop.set()
        supervisor.wait(stop)


def test_no_child_or_helper_outlives_a_supervisor_that_is_killed() -> None:
    command = [sys.executable, "-c", SUPERVISOR, SERVICE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(supervisor.stdout.readline().split()[1]) for _ in range(2)]
        assert all(alive(pid) for pid in pids)
        supervisor.kill()
        assert eventually(lambda: not any(alive(pid) for pid in pids))


def test_a_line_that_cannot_be_relayed_silences_nobody() -> None:
    said = Said()

    def relay(name: str, line: str) -> None:
        if line == "first 1":
            raise OSError(errno.ENOSPC, "the disk is full")
        said.relay(name, line)

    program = "import sys; print('first 1\\nsecond 2', file=sys.stderr, flush=True); sys.stdin.read()"
    with Supervisor([python(program)], relay, os.environ, restart=QUICK):
        assert said.numbers("second", 1) == [2]


def test_children_know_that_they_are_supervised_and_lead_their_own_group() -> None:
    said = Said()
    program = (
        "import os, sys; print('flag', os.environ['REDLINE_SUPERVISED'], file=sys.stderr);"
        "print('leads', int(os.getpgrp() == os.getpid()), file=sys.stderr)"
    )
    with supervising(program, said):
        assert said.numbers("flag", 1) == [1]
        assert said.numbers("leads", 1) == [1]


@pytest.mark.parametrize("line", ["", "words", "{", '{"a": 1}', "{'event': 1}", "[1]"])
def test_plain_text_is_no_event(line: str) -> None:
    assert parse_event(line) is None


def test_an_event_has_its_fields() -> None:
    assert parse_event('{"event": "ready", "n": 1}\n') == {"event": "ready", "n": 1}
