"""The real commands as real processes, killed at bad moments."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from redline.homes import EmbeddedHomes
from schemas.protocols import Message
from schemas.records import Article, encode
from schemas.times import utc_now
from tests.connectors.channels.receiver import receiver
from tests.processes import alive, descendants, eventually
from tests.redline.test_notify import Home

pytestmark = pytest.mark.integration


@contextmanager
def redline(data: Path, *arguments: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """A command of Redline, run in ``data``; killed at the end of the block where it still runs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REDLINE_")}
    with subprocess.Popen(
        [sys.executable, "-m", "redline", *arguments],
        env={**environment, "REDLINE_DATA": str(data), **more},
        cwd=data,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(stderr: IO[str] | None, event: str, count: int) -> None:
    """Read log lines until ``event`` has come ``count`` times."""
    assert stderr is not None
    lines = []
    while count and (line := stderr.readline()):
        lines.append(line)
        count -= line.startswith("{") and json.loads(line)["event"] == event
    assert not count, "".join(lines)


def test_an_alert_survives_that_notify_is_killed_while_it_is_delivered(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.raise_alerts("x", "y")
    with receiver() as desk:
        webhooks = {"REDLINE_NOTIFY_WEBHOOKS": f'{{desk = "{desk.url}"}}'}
        with redline(tmp_path, "notify", **webhooks) as notify:

            def kill(_: str) -> int:
                notify.kill()
                return 0

            desk.answer = kill
            assert notify.wait(60) == -signal.SIGKILL
        desk.answer = lambda _: 204
        desk.got.clear()
        with redline(tmp_path, "notify", "--once", **webhooks) as notify:
            assert notify.wait(60) == 0
        assert sorted(desk.keys) == ["x", "y"]
        with redline(tmp_path, "notify", "--once", **webhooks) as notify:
            assert notify.wait(60) == 0
        assert len(desk.keys) == 2
    home.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_notify_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with redline(tmp_path, "notify") as notify:
        wait_for(notify.stderr, "ready", 1)
        notify.send_signal(number)
        assert notify.wait(60) == (130 if number == signal.SIGINT else 0)


def test_run_restarts_the_parts_that_are_killed_and_their_helpers_end(tmp_path: Path) -> None:
    with redline(tmp_path, "run") as run:
        helpers = start_reading(tmp_path, run)
        for child in children(run.pid):
            os.kill(child, signal.SIGKILL)
        wait_for(run.stderr, "ready", 3)
        assert len(children(run.pid)) == 3
        assert eventually(lambda: not any(alive(pid) for pid in helpers))


def test_no_part_and_no_helper_is_left_when_run_is_killed(tmp_path: Path) -> None:
    with redline(tmp_path, "run") as run:
        start_reading(tmp_path, run)
        below = descendants(run.pid)
        run.kill()
        assert eventually(lambda: not any(alive(pid) for pid in below))


def start_reading(data: Path, run: subprocess.Popen[str]) -> set[int]:
    """Give the running services an article to read; returns the processes that read for ``redline process``."""
    wait_for(run.stderr, "ready", 3)
    article = Article(id="a9", feed="https://post.example/feed", fetched=utc_now(), title="Rain is on its way")
    log = EmbeddedHomes(data).log()
    log.append("articles", [Message(article.id, encode(article))])
    log.close()
    assert eventually(lambda: descendants(run.pid) != children(run.pid))
    return descendants(run.pid) - children(run.pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with redline(tmp_path, "run") as run:
        wait_for(run.stderr, "ready", 3)
        below = descendants(run.pid)
        run.send_signal(number)
        assert run.wait(60) == (130 if number == signal.SIGINT else 0)
        assert eventually(lambda: not any(alive(pid) for pid in below))


def test_run_ends_with_the_message_of_a_part_that_cannot_start(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite").write_text("this is no database" * 100)
    with redline(tmp_path, "run") as run:
        _, errors = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "ended before it was ready (exit 1): " in errors.splitlines()[-1]


def children(pid: int) -> set[int]:
    """The processes that ``pid`` started itself."""
    below = descendants(pid)
    return below - {grandchild for child in below for grandchild in descendants(child)}
