"""Command line for Kafka and Elasticsearch on this machine: ``python -m infra.servers start|stop|status|run``."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from infra.elasticsearch import start_elasticsearch
from infra.errors import ServerError
from infra.kafka import start_kafka
from infra.process import STOP_PATIENCE_S, Server

FOLDER = Path("data/servers")


class Kind(NamedTuple):
    """A server that can be started: how, on which port where that is free, and what to write into redline.toml."""

    start: Callable[..., Server]
    port: int
    settings: str


KINDS = {
    "kafka": Kind(start_kafka, 9092, '[kafka]\nbootstrap_servers = ["127.0.0.1:{port}"]'),
    "elasticsearch": Kind(start_elasticsearch, 9200, '[elasticsearch]\nurls = ["http://127.0.0.1:{port}"]'),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what ``arguments`` (None: those of the process) say; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.servers", description="Kafka and Elasticsearch on this machine"
    )
    parser.add_argument(
        "action", choices=["start", "stop", "status", "run"], help="start: in the background; run: until Ctrl-C"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where data and logs go (default: %(default)s)")
    for name in KINDS:
        parser.add_argument(f"--{name}", action="append_const", dest="names", const=name, help=f"only {name}")
    options = parser.parse_args(arguments)
    act = {"start": _start, "stop": _stop, "status": _status, "run": _run}[options.action]
    try:
        return act(options.folder.resolve(), options.names or list(KINDS))
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1


def _start(folder: Path, names: Sequence[str]) -> int:
    """Start the servers ``names`` so that they stay when this process has ended."""
    for name in names:
        if not _state(folder, name):
            server = KINDS[name].start(folder / name, port=KINDS[name].port, outlives=True)
            assert server.process is not None
            state = {"pid": server.process.pid, "port": server.port}
            _state_file(folder, name).write_text(json.dumps(state), encoding="utf-8")
    return _status(folder, names)


def _stop(folder: Path, names: Sequence[str]) -> int:
    """Stop those of the servers ``names`` that ``start`` started in ``folder``."""
    for name in names:
        if state := _state(folder, name):
            _end(state["pid"], partial(_state, folder, name))
        _state_file(folder, name).unlink(missing_ok=True)
    return 0


def _status(folder: Path, names: Sequence[str]) -> int:
    """Print the settings of the servers ``names``; 1 where one of them does not run."""
    states = {name: _state(folder, name) for name in names}
    for name, state in states.items():
        print(KINDS[name].settings.format(port=state["port"]) if state else f"# {name} does not run")
    return 0 if all(states.values()) else 1


def _run(folder: Path, names: Sequence[str]) -> int:
    """Run the servers ``names`` until Ctrl-C, SIGTERM, or one of them ends."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as stack:
        servers = []
        for name in names:
            if _state(folder, name):
                raise ServerError(f"{name} runs already in {folder}: stop it first, or name another --folder")
            print(f"# Starting {name} ...", flush=True)
            servers.append(stack.enter_context(KINDS[name].start(folder / name, port=KINDS[name].port)))
        print("# Write this into redline.toml (Ctrl-C stops the servers):")
        for name, server in zip(names, servers, strict=True):
            print(KINDS[name].settings.format(port=server.port), flush=True)
        while True:
            for server in servers:
                server.check()
            time.sleep(1)
    return 0


def _state_file(folder: Path, name: str) -> Path:
    return folder / name / "server.json"


def _state(folder: Path, name: str) -> dict[str, Any] | None:
    """``pid`` and ``port`` of the server ``name`` that was started in ``folder``; None where it does not run."""
    try:
        state: dict[str, Any] = json.loads(_state_file(folder, name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    # The pid may be another's by now: ours has its folder on its command line.
    shown = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(state["pid"])], capture_output=True, text=True)
    return state if str(folder / name) in shown.stdout else None


def _end(pid: int, runs: Callable[[], object]) -> None:
    """Stop the server ``pid`` cleanly, or kill its group where that takes too long."""
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_PATIENCE_S
    while runs() and time.monotonic() < deadline:
        time.sleep(0.2)
    if runs():
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
