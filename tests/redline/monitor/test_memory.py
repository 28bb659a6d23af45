"""The memory of this process and of those below it."""

from __future__ import annotations

import os
import subprocess
import sys

from redline.monitor.memory import held
from tests.processes import eventually

WAIT = "import sys; sys.stdin.read()"
NESTED = (
    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import sys; sys.stdin.read()', 'spawn' + '_main'])"
)


def test_processes_are_told_by_what_they_are() -> None:
    before = {each.pid for each in held("run")} - {os.getpid()}  # the servers of other tests may be running

    def parts() -> list[str]:
        return sorted(each.part for each in held("run") if each.pid not in before)

    commands = [("-c", WAIT, "redline", "fetch"), ("-c", NESTED), ("-c", WAIT)]
    running = [subprocess.Popen([sys.executable, *words], stdin=subprocess.PIPE) for words in commands]
    try:
        assert eventually(lambda: parts() == ["fetch", "helper", "helper", "reading", "run"])
        found = {each.pid: each for each in held("run")}
        assert found[os.getpid()].part == "run"
        assert found[running[0].pid].part == "fetch"
        assert all(each.resident > 1_000_000 for each in found.values())
    finally:
        for process in running:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()
