"""The commands list, filter, show and retry dead letters; an error tells what there is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from redline.homes import EmbeddedHomes
from schemas.dead_letters import bury, letter_of
from schemas.protocols import Index, Log, LogRecord
from tests.redline.cli.conftest import Redline
from tests.redline.stored import NOW


@pytest.fixture
def log(data: Path, index: Index) -> Iterator[Log]:
    """The log of ``data``; three records of it failed, one minute after the other."""
    log = EmbeddedHomes(data).log()
    failures = [
        ("articles", 0, b'{"id": "a1"}', "decode", "Object missing required field `feed`"),
        ("articles", 1, b'{"id": "a2", "title": "Caf\xc3\xa9"}', "read", "reading it took more than 30 s"),
        ("alerts", 5, b"\xff\x00", "notify", "no JSON"),
    ]
    for minute, (topic, offset, value, stage, error) in enumerate(failures):
        record = LogRecord(topic, 0, offset, "key", value, NOW)
        bury(log, index, [letter_of(record, stage, error, NOW + timedelta(minutes=minute))])
    yield log
    log.close()


def listed(redline: Redline, *options: str) -> list[str]:
    result = redline("dead-letters", "list", "--json", *options)
    assert result.exit_code == 0, result.output
    return [json.loads(line)["id"] for line in result.stdout.splitlines()]


@pytest.mark.usefixtures("log")
def test_listed_the_last_to_fail_first(redline: Redline) -> None:
    assert listed(redline) == ["alerts/0/5", "articles/0/1", "articles/0/0"]
    assert listed(redline, "--limit", "2") == ["alerts/0/5", "articles/0/1"]
    shown = redline("dead-letters", "list", "--stage", "read").stdout
    assert shown == "articles/0/1  read  open  2026-11-20 12:01 UTC\n  reading it took more than 30 s\n"


@pytest.mark.usefixtures("log")
def test_filtered_by_stage_error_and_state(redline: Redline) -> None:
    assert listed(redline, "--stage", "decode") == ["articles/0/0"]
    assert listed(redline, "--error", "MORE than") == ["articles/0/1"]
    assert listed(redline, "--stage", "decode", "--error", "more than") == []
    assert listed(redline, "--state", "gone") == []


@pytest.mark.usefixtures("data")
def test_nothing_is_said_to_be_found(redline: Redline) -> None:
    result = redline("dead-letters", "list")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Nothing found.\n")


@pytest.mark.usefixtures("log")
def test_shown_with_its_record(redline: Redline) -> None:
    shown = redline("dead-letters", "show", "articles/0/1").stdout
    assert "reading it took more than 30 s" in shown
    assert '"title": "Café"' in shown
    assert "\\xff" in redline("dead-letters", "show", "alerts/0/5").stdout
    letter = json.loads(redline("dead-letters", "show", "articles/0/1", "--json").stdout)
    assert letter["record"] == "eyJpZCI6ICJhMiIsICJ0aXRsZSI6ICJDYWbDqSJ9"


@pytest.mark.usefixtures("log")
def test_an_unknown_one_is_an_error(redline: Redline) -> None:
    for words in (["show", "articles/9/9"], ["retry", "articles/9/9"], ["retry", "articles/0/0", "articles/9/9"]):
        result = redline("dead-letters", *words)
        assert result.exit_code == 1
        assert "no dead letter 'articles/9/9'; redline dead-letters list shows them" in result.stderr
    assert listed(redline, "--state", "retried") == []


def test_tried_again_it_is_gone_once_its_readers_have_read_it(redline: Redline, log: Log) -> None:
    result = redline("dead-letters", "retry", "--stage", "read")
    assert result.stdout.startswith("articles/0/1  read  retried")
    assert listed(redline, "--state", "retried") == ["articles/0/1"]
    ends = {partition: log.end("articles", partition) for partition in range(log.partitions("articles"))}
    assert sum(ends.values()) == 1
    log.commit("process", "articles", ends)
    assert listed(redline) == ["alerts/0/5", "articles/0/0"]
    assert listed(redline, "--state", "gone") == ["articles/0/1"]


def test_all_that_are_open_are_tried_again(redline: Redline, log: Log) -> None:
    redline("dead-letters", "retry", "articles/0/1")
    again = redline("dead-letters", "retry", "--all", "--json").stdout.splitlines()
    assert {json.loads(line)["id"] for line in again} == {"alerts/0/5", "articles/0/0"}
    assert sum(log.end("articles", partition) for partition in range(log.partitions("articles"))) == 2
    assert sum(log.end("alerts", partition) for partition in range(log.partitions("alerts"))) == 1


@pytest.mark.parametrize("words", [[], ["a/0/1", "--all"], ["a/0/1", "--stage", "read"], ["--all", "--error", "x"]])
def test_which_ones_must_be_said(redline: Redline, words: list[str]) -> None:
    result = redline("dead-letters", "retry", *words)
    assert result.exit_code == 2
    assert "give the IDs, or --stage or --error or both, or --all" in result.stderr
