"""Fetching the servers: what is said where Maven is missing or fails, and what is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.artifacts import fetch_elasticsearch, fetch_kafka, fetch_prism
from infra.errors import MissingToolError, ServerError
from tests.servers import or_skip


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the whole PATH, beside an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def maven(tools: Path, script: str) -> None:
    """Put a Maven in place that runs ``script``; ``$output`` is the folder that it is to fill."""
    program = tools / "mvn"
    program.write_text(f'#!/bin/sh\nfor last; do :; done\noutput="${{last#-DoutputDirectory=}}"\n{script}\n')
    program.chmod(0o755)


@pytest.mark.usefixtures("tools")
def test_a_missing_maven_is_named() -> None:
    with pytest.raises(MissingToolError, match=r"kafka-.* is fetched with Maven: install it"):
        fetch_kafka()


def test_a_maven_that_fails_is_quoted_and_leaves_nothing(tools: Path, tmp_path: Path) -> None:
    maven(tools, '/bin/mkdir -p "$output"; echo no network today; exit 1')
    with pytest.raises(ServerError, match=r"elasticsearch-.*\n.*no network today"):
        fetch_elasticsearch()
    assert list((tmp_path / "cache/redline/servers").iterdir()) == []


@pytest.mark.usefixtures("tools")
def test_a_missing_go_is_named() -> None:
    with pytest.raises(MissingToolError, match=r"prism-.* is built with Go: install it"):
        fetch_prism()


def test_a_go_that_fails_is_quoted_and_leaves_nothing(tools: Path, tmp_path: Path) -> None:
    program = tools / "go"
    program.write_text('#!/bin/sh\n/bin/mkdir -p "$GOBIN"; echo no module today; exit 1\n')
    program.chmod(0o755)
    with pytest.raises(ServerError, match=r"Go could not fetch prism-.*\n.*no module today"):
        fetch_prism()
    assert list((tmp_path / "cache/redline/servers").iterdir()) == []


def test_what_was_fetched_is_not_fetched_again(tools: Path) -> None:
    maven(tools, '/bin/mkdir -p "$output"; echo x > "$output/kafka.jar"')
    folder = fetch_kafka()
    assert (folder / "kafka.jar").exists()
    (tools / "mvn").unlink()
    assert fetch_kafka() == folder


@pytest.mark.usefixtures("tools")
def test_a_missing_tool_skips_a_test_but_fails_it_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Maven"):
        or_skip(fetch_kafka)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(MissingToolError):
        or_skip(fetch_kafka)
