"""The command as the shell sees it: what it imports, how it ends, and where results and errors go."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from redline.homes import EmbeddedHomes
from redline.watches import add_watch, new_watch
from schemas.protocols import Index, Message
from schemas.records import Article, EnrichedArticle, encode
from schemas.times import utc_now
from tests.redline.stored import store

HEAVY = ("apache_beam", "spacy", "numpy", "aiohttp", "feedparser", "elasticsearch", "kafka", "asyncio")
LIGHT = [
    ("--help",),
    ("analyse", "--help"),
    ("search", "x"),
    ("alerts", "--json"),
    ("watch", "list"),
    ("feeds", "list"),
    ("models", "list"),
    ("status",),
]
LOADED = f"""
import sys
from redline.cli import cli
try:
    cli(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end
loaded = [name for name in {HEAVY!r} if name in sys.modules]
assert not loaded, loaded
"""


def environment(data: Path) -> dict[str, str]:
    return {**os.environ, "REDLINE_DATA": str(data)}


def start(data: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "redline", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=environment(data),
    )


@pytest.mark.parametrize("words", LIGHT, ids=" ".join)
def test_light_commands_import_nothing_heavy(data: Path, words: tuple[str, ...]) -> None:
    command = [sys.executable, "-c", LOADED, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment(data))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "code"), [(("search", "sid:x"), 1), (("serch",), 2), (("search", "--limit", "none"), 2)], ids=str
)
def test_errors_go_to_standard_error(data: Path, words: tuple[str, ...], code: int) -> None:
    process = start(data, *words)
    output, error = process.communicate(timeout=30)
    assert (process.returncode, output) == (code, "")
    assert "Traceback" not in error


def test_a_broken_pipe_is_silent(data: Path, index: Index) -> None:
    store(index)
    for words in (("search",), ("search", "--json")):
        command = f'"$0" -m redline {" ".join(words)} | true'
        done = subprocess.run(
            ["bash", "-c", command, sys.executable], capture_output=True, text=True, check=True, env=environment(data)
        )
        assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize("service", ["fetch", "notify", pytest.param("process", marks=pytest.mark.integration)])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_service_stops_on_signals(data: Path, service: str, number: signal.Signals, code: int) -> None:
    process = start(data, service)
    assert process.stderr is not None
    try:
        assert json.loads(process.stderr.readline())["event"] == "ready"
        process.send_signal(number)
        output, error = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, output) == (code, "")
    assert "Traceback" not in error


@pytest.mark.parametrize("service", ["fetch", "notify", pytest.param("process", marks=pytest.mark.integration)])
def test_a_service_ends_when_there_is_nothing_to_do(data: Path, service: str) -> None:
    process = start(data, service, "--once")
    _, error = process.communicate(timeout=30)
    assert process.returncode == 0
    assert [json.loads(line)["event"] for line in error.splitlines()] == ["ready"]


def test_ctrl_c_ends_any_command_with_130(data: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "redline", "analyse", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment(data), "PYTHONUNBUFFERED": "1"},
    )
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)  # it waits for the article
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert b"Traceback" not in error


@pytest.mark.integration
def test_a_degraded_process_stores_what_it_reads_marked_and_without_alerts(data: Path) -> None:
    homes = EmbeddedHomes(data)
    words = "Norway's defence minister said in Oslo: “If Danish trawlers cut the cable, we will sink them.”"
    article = Article(id="a", feed="f", fetched=utc_now(), title="Norway warns Denmark", text=words)
    with closing(homes.index()) as index:
        add_watch(index, new_watch("all of it", "norway", utc_now(), over="articles", once_per="article"))
    with closing(homes.log()) as log:
        log.append("articles", [Message("a", encode(article))])
    process = start(data, "process", "--once", "--degraded")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "reading without a model" in errors
    with closing(homes.index()) as index:
        read = index.get("articles", ["a"])["a"].record
        assert isinstance(read, EnrichedArticle)
        assert read.degraded
        assert read.entities
        assert (read.statements, index.count("alerts")) == ((), 0)
