"""One server process: started, waited for until it answers, stopped or killed, and never left behind."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from infra.errors import MissingToolError, ServerError

STOP_PATIENCE_S = 30.0
KILL_PATIENCE_S = 5.0
_NOBODY = 65534
_TAIL_CHARACTERS = 3000


class Server(ABC):
    """A server of its own folder and process group. As a context manager it stops at the end of the block.

    Unless it ``outlives`` its starter, it is killed when the thread that started it ends (on Linux), so start it in
    the main thread.
    """

    name: ClassVar[str]
    patience_s: ClassVar[float]
    """How long a start may take on a busy machine, in seconds."""

    runs_as_root: ClassVar[bool]
    """Whether the server consents to run as root."""

    def __init__(
        self, folder: Path, port: int, command: Sequence[str], environ: Mapping[str, str], *, outlives: bool
    ) -> None:
        self.folder = folder
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None
        unroot = os.geteuid() == 0 and not self.runs_as_root
        self._command = [*_privileges(self.name, unroot=unroot, outlives=outlives), *command]
        self._environ = {**os.environ, **environ}
        self._log_start = 0

    @property
    def log(self) -> Path:
        """The file that the server's output goes to."""
        return self.folder / "server.log"

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server can be used now."""

    def start(self) -> None:
        """Start the server (again, on the same ports and data) and wait until it answers.

        Raises:
            ServerError: it exited, or did not answer in time; the message has the end of its log.
        """
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environ,
                start_new_session=True,  # a group of its own: one signal reaches all of it, Ctrl-C none
            )
        try:
            self._wait()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Stop the server cleanly; kill it where that takes longer than 30 s. No error where it does not run."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self) -> None:
        """End the server at once, as a crash does (SIGKILL to all its processes)."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            deadline = time.monotonic() + KILL_PATIENCE_S
            while time.monotonic() < deadline:  # until its children are gone too
                os.killpg(self.process.pid, 0)
                time.sleep(0.02)
        self.process = None

    def restart(self) -> None:
        """Stop and start; raises what ``start`` raises."""
        self.stop()
        self.start()

    def output(self) -> str:
        """What the server has printed since its last start."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode("utf-8", "replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def check(self) -> None:
        """Raise ``ServerError`` with the end of the log where the server has exited by itself."""
        if self.process is not None and self.process.poll() is not None:
            raise self._failure(f"exited with {self.process.returncode}")

    def _wait(self) -> None:
        deadline = time.monotonic() + self.patience_s
        while not self.answers():
            self.check()
            if time.monotonic() > deadline:
                raise self._failure(f"did not answer within {self.patience_s:.0f} s")
            time.sleep(0.1)

    def _failure(self, what: str) -> ServerError:
        return ServerError(f"{self.name} {what}; the end of {self.log}:\n{self.output()[-_TAIL_CHARACTERS:]}")


def free_ports(count: int, preferred: int | None = None) -> list[int]:
    """``count`` loopback ports that nobody uses now, the first of them ``preferred`` where that is free."""
    ports: list[int] = []
    # Below the range that the system gives to outgoing connections: there a client that tries to reconnect to a server
    # that is down may be given the server's own port, and then talks to itself.
    candidates = random.sample(range(20_000, 30_000), 500)
    for port in [preferred, *candidates] if preferred else candidates:
        if len(ports) < count and _is_free(port):
            ports.append(port)
    if len(ports) < count:
        raise ServerError("no free port on 127.0.0.1 between 20000 and 30000: end some of the servers there")
    return ports


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def _privileges(name: str, *, unroot: bool, outlives: bool) -> list[str]:
    """What to put before a command so that it dies with its starter unless it ``outlives``, and does not run as root.

    The folders it uses are then often root's alone (the home, a test's), so the one privilege that is kept is that of
    reading and writing files.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if unroot:
            raise MissingToolError(f"{name} must not run as root: install util-linux (setpriv), or run as another user")
        return []
    options = [] if outlives else ["--pdeathsig", "KILL"]
    if unroot:
        options += [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
        options += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        options += ["--securebits=+no_setuid_fixup"]  # else the privilege does not count where Java asks first (access)
    return [setpriv, *options] if options else []
