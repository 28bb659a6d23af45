"""The search commands find what is stored, print one record a line with --json, and page."""

from __future__ import annotations

import json

import pytest

from schemas.protocols import Index
from schemas.records import EnrichedArticle, decode
from tests.redline.cli.conftest import Redline
from tests.redline.stored import store


@pytest.fixture(autouse=True)
def _stored(index: Index) -> None:
    store(index)


def ids(output: str) -> list[str]:
    return [json.loads(line)["id"] for line in output.splitlines()]


def test_newest_first(redline: Redline) -> None:
    assert ids(redline("search", "--json").stdout) == ["a3", "a2", "a1"]


def test_a_query_narrows(redline: Redline) -> None:
    assert ids(redline("search", "--json", '"strait of lorn" -umbrella').stdout) == ["a2", "a1"]
    assert ids(redline("statements", "--json", "has:quote").stdout) == ["s1"]
    assert ids(redline("claims", "--json", "target_side:ostmark").stdout) == ["s1"]
    assert ids(redline("alerts", "--json", "state:new").stdout) == ["alert1"]


def test_each_line_is_a_whole_record(redline: Redline) -> None:
    (line,) = redline("search", "--json", "umbrella").stdout.splitlines()
    assert decode(line.encode(), EnrichedArticle).title == "Rain expected on Sunday"


@pytest.mark.parametrize(("command", "found"), [("search", ["a3", "a2"]), ("statements", ["s2"]), ("alerts", [])])
def test_since(redline: Redline, command: str, found: list[str]) -> None:
    result = redline(command, "--json", "--since", "2026-11-20T12:00:30Z")
    assert result.exit_code == 0, result.stderr
    assert ids(result.stdout) == found
    assert len(ids(redline(command, "--json", "--since", "2026-11-20").stdout)) > len(found)


def test_since_is_no_time(redline: Redline) -> None:
    result = redline("search", "--since", "yesterday")
    assert result.exit_code == 2
    assert "yesterday" in result.stderr


def test_since_goes_with_a_query(redline: Redline) -> None:
    result = redline("search", "--json", "--since", "2026-11-20T12:00:30Z", "ship OR rain")
    assert ids(result.stdout) == ["a3", "a2"]


def test_pages_follow_one_another(redline: Redline) -> None:
    first = redline("search", "--json", "--limit", "2")
    assert ids(first.stdout) == ["a3", "a2"]
    cursor = first.stderr.removeprefix("More: --after ").strip()
    second = redline("search", "--json", "--limit", "2", "--after", cursor)
    assert ids(second.stdout) == ["a1"]
    assert second.stderr == ""


def test_facets_are_counted(redline: Redline) -> None:
    lines = redline("statements", "--json", "--facet", "source").stdout.splitlines()
    assert json.loads(lines[-1]) == {"facets": {"source": {"paper 1": 1, "paper 2": 1}}}
    shown = redline("statements", "--facet", "source").stdout
    assert "paper 2" in shown.split("source")[-1]


def test_readable(redline: Redline) -> None:
    shown = redline("claims").stdout
    for words in ("Valdia → Ostmark", "Ada Korr", "“Any ship will be sunk”", "2 reports by 2 sources", "Paper 1"):
        assert words in shown
    shown = redline("search", "umbrella").stdout
    assert "Rain expected on Sunday" in shown
    assert "warns" not in shown
    shown = redline("alerts").stdout
    assert "the strait" in shown
    assert "2.0 s after fetching" in shown
    assert "met: ship, side:valdia" in shown
    assert "nearest: s0 of 2026-11-20 12:00 UTC, 40% alike" in shown
    assert "Valdia → Ostmark" in shown


def test_nothing_found_is_no_error(redline: Redline) -> None:
    result = redline("search", "zebra")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Nothing found.\n")


def test_a_query_over_two_lines_is_pointed_at_in_one(redline: Redline) -> None:
    message, query, mark = redline("search", "strait\nsid:valdia").stderr.splitlines()
    assert message.startswith("Error: ")
    assert query[mark.index("^") :] == "sid:valdia"


def test_a_fault_in_the_query_is_pointed_at(redline: Redline) -> None:
    result = redline("search", "strait sid:valdia")
    assert result.exit_code == 1
    assert result.stdout == ""
    message, query, mark = result.stderr.splitlines()
    assert "side" in message
    assert query[mark.index("^") :].startswith("sid:valdia")


@pytest.mark.parametrize("options", [("--after", "nonsense"), ("--facet", "text"), ("--limit", "0"), ("--sort", "old")])
def test_wrong_usage(redline: Redline, options: tuple[str, str]) -> None:
    result = redline("search", *options)
    assert (result.exit_code, result.stdout) == (2, "")
