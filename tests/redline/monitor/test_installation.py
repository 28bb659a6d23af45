"""Log, index and feeds are looked at: their figures, and who does not answer since when."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from redline.homes import EmbeddedHomes
from redline.monitor.installation import LONGEST_LOOK, Installation
from schemas.protocols import Message
from schemas.times import utc_now
from tests.connectors.feeds.site import Clock
from tests.redline.monitor.conftest import Looking


def figures(installation: Installation, name: str) -> dict[tuple[str, ...], float]:
    (family,) = [metric for metric in installation.metrics() if metric.name == name]
    return {tuple(sample.labels.values()): sample.value for sample in family.samples if sample.value}


def test_lag_by_partition_and_the_age_of_what_waits_longest(looking: Looking, tmp_path: Path) -> None:
    log = EmbeddedHomes(tmp_path).log()
    log.append("articles", [Message("one", b"1"), Message("one", b"2"), Message("one", b"3")])
    partition = next(each for each in range(log.partitions("articles")) if log.end("articles", each))
    log.commit("process", "articles", {partition: 1})
    first, second = (each.appended for each in log.read("articles", partition, 0, 2))
    log.close()
    installation = looking(EmbeddedHomes(tmp_path), lambda: second + timedelta(seconds=7))
    installation.look()
    where = (str(partition),)
    assert first <= second
    assert figures(installation, "redline_log_appended") == {("articles", *where): 3}
    assert figures(installation, "redline_log_committed") == {("process", "articles", *where): 1}
    assert figures(installation, "redline_lag_records") == {("process", "articles", *where): 2}
    assert figures(installation, "redline_lag_seconds") == {("process", "articles", *where): 7}


def test_feeds_by_how_they_fare(looking: Looking, tmp_path: Path) -> None:
    state = EmbeddedHomes(tmp_path).feeds()
    for number in range(4):
        state.add(f"https://wire{number}.example/feed")
    state.unchanged("https://wire0.example/feed", utc_now())
    state.failed("https://wire1.example/feed", "no answer", utc_now())
    state.hold("wire2.example", utc_now() + timedelta(hours=1), "429")
    state.close()
    installation = looking(EmbeddedHomes(tmp_path), with_feeds=True)
    installation.look()
    assert figures(installation, "redline_feeds") == {("read",): 1, ("waiting",): 1, ("failing",): 1, ("held",): 1}


def test_who_does_not_answer_is_told_since_when_and_shows_no_old_figures(looking: Looking, tmp_path: Path) -> None:
    clock = Clock()
    begun = clock()
    (tmp_path / "log.sqlite").mkdir()
    installation = looking(EmbeddedHomes(tmp_path), clock)
    assert installation.faults().keys() == {"log", "index"}, "before the first look"
    for _ in range(3):
        installation.look()
        clock.move(timedelta(seconds=5))
        assert installation.faults().keys() == {"log"}
        assert installation.faults()["log"].since == begun
        assert "log.sqlite" in installation.faults()["log"].why
    assert figures(installation, "redline_up") == {("index",): 1}
    assert not [metric for metric in installation.metrics() if metric.name.startswith("redline_lag")]
    (tmp_path / "log.sqlite").rmdir()
    installation.look()
    assert installation.faults() == {}
    assert figures(installation, "redline_up") == {("index",): 1, ("log",): 1}


def test_a_look_that_hangs_is_a_fault(looking: Looking, tmp_path: Path) -> None:
    clock = Clock()
    installation = looking(EmbeddedHomes(tmp_path), clock)
    installation.look()
    looked = clock()
    clock.move(LONGEST_LOOK)
    assert installation.faults() == {}
    clock.move(timedelta(seconds=1))
    assert installation.faults().keys() == {"log", "index"}
    assert installation.faults()["log"].since == looked


def test_it_looks_by_itself_while_its_block_runs(tmp_path: Path) -> None:
    from tests.processes import eventually

    with Installation(EmbeddedHomes(tmp_path), utc_now, with_feeds=True) as installation:
        assert eventually(lambda: not installation.faults())


@pytest.mark.parametrize("part", ["log", "index", "feeds"])
def test_a_damaged_file_is_a_fault_and_no_end(looking: Looking, tmp_path: Path, part: str) -> None:
    (tmp_path / f"{part}.sqlite").write_text("this is no database" * 100)
    installation = looking(EmbeddedHomes(tmp_path), with_feeds=True)
    installation.look()
    assert installation.faults().keys() == {part}
