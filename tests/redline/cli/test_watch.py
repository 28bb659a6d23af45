"""Watches are checked when they are saved, and the matcher is told of every change."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from redline.watches import GENERATION
from schemas.protocols import Index
from schemas.records import Mark, Watch
from schemas.times import utc_now
from tests.redline.cli.conftest import Redline
from tests.redline.stored import store

ADD = ("watch", "add", "--name", "lorn", "--query", "side:Valdia ship")


def generation(index: Index) -> int:
    found = index.get("marks", [GENERATION]).get(GENERATION)
    if found is None:
        return 0
    assert isinstance(found.record, Mark)
    count = found.record.data["n"]
    assert isinstance(count, int)
    return count


def test_added_listed_removed(redline: Redline, index: Index) -> None:
    added = redline(*ADD)
    assert added.exit_code == 0, added.output
    (line,) = redline("watch", "list", "--json").stdout.splitlines()
    watch = json.loads(line)
    assert watch["id"] == added.stdout.strip()
    assert (watch["name"], watch["query"]) == ("lorn", "side:Valdia ship")
    shown = "lorn: side:Valdia ship  (over statements, once per claim, delivered everywhere)\n"
    assert redline("watch", "list").stdout == shown
    assert generation(index) == 1
    assert redline("watch", "remove", "lorn").exit_code == 0
    assert redline("watch", "list", "--json").stdout == ""
    assert generation(index) == 2


def test_over_articles_once_per_story(redline: Redline) -> None:
    redline("watch", "add", "--name", "ports", "--query", "harbour", "--over", "articles")
    watch = json.loads(redline("watch", "list", "--json").stdout)
    assert (watch["over"], watch["once_per"]) == ("articles", "story")


def test_a_fault_in_the_query_is_pointed_at_and_nothing_saved(redline: Redline, index: Index) -> None:
    result = redline("watch", "add", "--name", "lorn", "--query", 'side:Valdia "ship')
    assert result.exit_code == 1
    _, query, mark = result.stderr.splitlines()
    assert query[mark.index("^")] == '"'
    assert redline("watch", "list", "--json").stdout == ""
    assert generation(index) == 0


def test_two_of_one_name_are_refused(redline: Redline) -> None:
    redline(*ADD)
    result = redline(*ADD)
    assert result.exit_code == 1
    assert "'lorn'" in result.stderr


def test_removing_an_unknown_one_names_those_there_are(redline: Redline) -> None:
    redline(*ADD)
    result = redline("watch", "remove", "lor")
    assert result.exit_code == 1
    assert "lorn" in result.stderr


def test_articles_have_no_claims_to_alert_once_per(redline: Redline) -> None:
    result = redline(*ADD, "--over", "articles", "--once-per", "claim")
    assert result.exit_code == 1
    assert "once per story or article" in result.stderr


def test_only_channels_that_there_are(redline: Redline, data: Path) -> None:
    data.parent.joinpath("redline.toml").write_text('[notify.webhooks]\nops = "http://127.0.0.1:9/x"\n')
    assert redline(*ADD, "--deliver", "ops", "--deliver", "terminal").exit_code == 0
    result = redline("watch", "add", "--name", "b", "--query", "ship", "--deliver", "opps")
    assert result.exit_code == 2
    assert "terminal, ops" in result.stderr


def test_trying_one_out_shows_one_for_each_claim(redline: Redline, index: Index) -> None:
    store(index)
    result = redline("watch", "test", "--query", "ship", "--since", "2026-11-01", "--json")
    assert [json.loads(line)["claim"] for line in result.stdout.splitlines()] == ["s1"]
    result = redline("watch", "test", "the strait", "--since", "2026-11-01")
    assert "Valdia → Ostmark" in result.stdout
    assert result.stderr.startswith("1 alert since")


def test_trying_one_out_over_articles(redline: Redline, index: Index) -> None:
    store(index)
    words = ("watch", "test", "--over", "articles", "--query", "strait OR rain", "--since", "2026-11-01", "--json")
    assert len(redline(*words).stdout.splitlines()) == 2
    assert len(redline(*words, "--once-per", "article").stdout.splitlines()) == 3


def test_when_alerts_are_delivered(redline: Redline) -> None:
    redline(*ADD, "--when", "hourly")
    watch = json.loads(redline("watch", "list", "--json").stdout)
    assert watch["when"] == "hourly"
    assert "delivered everywhere hourly)" in redline("watch", "list").stdout
    assert redline("watch", "add", "--name", "b", "--query", "ship", "--when", "weekly").exit_code == 2


def test_a_watch_is_made_quiet_for_a_while_and_loud_again(redline: Redline, index: Index) -> None:
    redline(*ADD)
    assert redline("watch", "quiet", "lorn", "2126-12-01T08:00:00+01:00").exit_code == 0
    watch = json.loads(redline("watch", "list", "--json").stdout)
    assert watch["quiet_until"] == "2126-12-01T07:00:00Z"
    assert "delivered everywhere from 2126-12-01 07:00 UTC on)" in redline("watch", "list").stdout
    redline("watch", "quiet", "lorn", "now+8h")
    (record,) = index.scan("watches")
    assert isinstance(record, Watch)
    assert record.quiet_until is not None
    assert abs(record.quiet_until - utc_now() - timedelta(hours=8)) < timedelta(minutes=5)
    redline("watch", "quiet", "lorn")
    watch = json.loads(redline("watch", "list", "--json").stdout)
    assert "quiet_until" not in watch
    assert redline("watch", "list").stdout.endswith("delivered everywhere)\n")


def test_a_quiet_time_that_is_over_is_not_shown(redline: Redline) -> None:
    redline(*ADD)
    assert redline("watch", "quiet", "lorn", "2026-01-01").stdout == "lorn: delivered everywhere\n"


@pytest.mark.parametrize("until", ["tomorrow", "*", "2026-13-01"])
def test_a_quiet_time_that_is_none_is_refused(redline: Redline, until: str) -> None:
    redline(*ADD)
    result = redline("watch", "quiet", "lorn", until)
    assert result.exit_code == 2
    assert "write now+8h" in result.stderr


def test_trying_needs_one_thing_to_try(redline: Redline) -> None:
    assert redline("watch", "test").exit_code == 2
    assert redline("watch", "test", "a", "--query", "b").exit_code == 2
