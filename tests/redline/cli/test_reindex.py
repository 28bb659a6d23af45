"""The refusal of an index of another version names the command, and the command mends it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from schemas.protocols import Index
from tests.redline.cli.conftest import Redline
from tests.redline.stored import store


def test_an_index_of_another_version_is_refused_until_it_is_reindexed(
    redline: Redline, index: Index, data: Path
) -> None:
    store(index)
    with closing(sqlite3.connect(data / "index.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 7")
    refused = redline("search", "ship")
    assert refused.exit_code == 1
    assert "made by another version of Redline; run: redline reindex" in refused.stderr
    done = redline("reindex")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "done: articles 3, statements 2, claims 1, alerts 1, watches 1" in done.stderr
    assert "strait" in redline("search", "ship").stdout


def test_an_empty_installation(redline: Redline) -> None:
    done = redline("reindex")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "nothing is stored yet" in done.stderr
