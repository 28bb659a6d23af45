"""A command line over its own folder of data, and a few stored records to find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redline.cli import cli
from redline.homes import EmbeddedHomes
from schemas.protocols import Index

Redline = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of data; the working folder is an empty one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDLINE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def redline(data: Path) -> Redline:
    """Runs ``redline`` with the words given, on ``data``."""
    assert data

    def run(*words: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(cli, words, input=stdin, prog_name="redline", catch_exceptions=False)

    return run


@pytest.fixture
def index(data: Path) -> Iterator[Index]:
    """The index of ``data``."""
    index = EmbeddedHomes(data).index()
    yield index
    index.close()
