"""Prism, Beam's portable runner of one process, on loopback: a stream runs on it as on a cluster.

``python -m infra.prism`` runs one until Ctrl-C. It keeps nothing: what it ran is gone when it ends.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import ClassVar

from infra.artifacts import fetch_prism
from infra.errors import ServerError
from infra.process import Server, free_ports

PORT = 8073


class PrismServer(Server):
    """A runner. Jobs are submitted to ``endpoint``."""

    name: ClassVar[str] = "Prism"
    patience_s: ClassVar[float] = 60
    runs_as_root: ClassVar[bool] = True

    def __init__(self, folder: Path, port: int, program: Path) -> None:
        command = [str(program), f"--job_port={port}", "--serve_http=false", "--log_kind=text", "--log_level=warn"]
        super().__init__(folder, port, command, {}, outlives=False)
        self.endpoint = f"127.0.0.1:{port}"

    def answers(self) -> bool:
        """Whether a job can be submitted now."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


def start_prism(folder: Path, *, port: int | None = None) -> PrismServer:
    """Start a runner whose log is in ``folder`` (made where it is not there). ``port`` is taken where it is free.

    Raises:
        MissingToolError: Go is missing.
        ServerError: the runner could not be built, or did not start.
    """
    program = fetch_prism()
    folder.mkdir(parents=True, exist_ok=True)
    server = PrismServer(folder, free_ports(1, port)[0], program)
    server.start()
    return server


def main() -> int:
    """Run until Ctrl-C, SIGTERM, or the runner's end; returns the exit status."""
    argparse.ArgumentParser(prog="python -m infra.prism", description="Beam's Prism until Ctrl-C").parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with (
            contextlib.suppress(KeyboardInterrupt),
            tempfile.TemporaryDirectory() as folder,
            start_prism(Path(folder), port=PORT) as server,
        ):
            print(f"redline process --job-endpoint {server.endpoint}", flush=True)
            while True:
                server.check()
                time.sleep(1)
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
