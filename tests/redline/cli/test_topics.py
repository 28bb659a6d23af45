"""``redline topics`` lists the topics, and shows what one of a user's own would have caught."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.protocols import Index
from tests.redline.cli.conftest import Redline
from tests.redline.stored import store

UMBRELLAS = """
[[topic]]
id = "umbrellas"
name = "Umbrellas"
strong = ["take an umbrella"]
"""
BY_EXAMPLE = """
[[topic]]
id = "lorn"
name = "The strait"
examples = ["Every ship that enters the Strait of Lorn will be sunk, the president said."]
"""


@pytest.fixture(autouse=True)
def _stored(index: Index) -> None:
    store(index)


def test_all_topics_are_listed(redline: Redline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "umbrellas.toml"
    file.write_text(UMBRELLAS)
    monkeypatch.setenv("REDLINE_READING_TOPIC_FILES", json.dumps([str(file)]))
    listed = [line.split()[0] for line in redline("topics", "list").stdout.splitlines()]
    assert len(listed) == 20
    assert {"sanctions", "umbrellas"} <= set(listed)


def test_a_phrase_is_enough(redline: Redline, tmp_path: Path) -> None:
    file = tmp_path / "umbrellas.toml"
    file.write_text(UMBRELLAS)
    result = redline("topics", "test", "--json", str(file))
    (caught,) = map(json.loads, result.stdout.splitlines())
    assert (caught["article"], caught["topic"], caught["words"]) == ("a3", "umbrellas", ["Take an umbrella"])
    assert "3 articles read; umbrellas: 1" in result.stderr


def test_an_example_is_enough(redline: Redline, tmp_path: Path) -> None:
    file = tmp_path / "lorn.toml"
    file.write_text(BY_EXAMPLE)
    shown = redline("topics", "test", str(file)).stdout
    assert shown.count("lorn  Valdia warns of war in the strait") == 2
    assert "umbrella" not in shown


def test_a_wrong_file_is_named_with_its_line(redline: Redline, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(UMBRELLAS.replace("strong", "storng"))
    result = redline("topics", "test", str(file))
    assert result.exit_code == 1
    assert "wrong.toml, line 2" in result.stderr
    assert "storng" in result.stderr
