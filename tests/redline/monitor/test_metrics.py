"""What the parts log is counted, once, over processes that die and come back."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest

from redline.logs import OURS
from redline.monitor.metrics import Counting, last_progress
from tests.redline.monitor.counting import EVENTS, counting, figures, say


def test_every_event_is_counted(tmp_path: Path) -> None:
    with counting(tmp_path, "process"):
        say(*EVENTS)
    assert figures(tmp_path) == {
        "redline_feed_requests_total{new}": 1,
        "redline_articles_fetched_total{}": 2,
        "redline_articles_indexed_total{}": 1,
        "redline_alerts_total{new}": 1,
        "redline_dead_letters_total{decode}": 1,
        "redline_deliveries_total{desk,delivered}": 1,
        "redline_deliveries_total{desk,failed}": 1,
        "redline_restarts_total{process}": 1,
        "redline_stage_seconds_count{published_to_fetched}": 1,
        "redline_stage_seconds_sum{published_to_fetched}": 3.0,
        "redline_stage_seconds_count{fetched_to_enriched}": 1,
        "redline_stage_seconds_sum{fetched_to_enriched}": 0.2,
        "redline_stage_seconds_count{enriched_to_indexed}": 1,
        "redline_stage_seconds_sum{enriched_to_indexed}": 0.2,
        "redline_stage_seconds_count{fetched_to_indexed}": 1,
        "redline_stage_seconds_sum{fetched_to_indexed}": 0.2,
        "redline_stage_seconds_count{matched_to_delivered}": 1,
        "redline_stage_seconds_sum{matched_to_delivered}": 0.1,
        "redline_stage_seconds_count{published_to_delivered}": 1,
        "redline_stage_seconds_sum{published_to_delivered}": 3.5,
    }


def test_a_part_that_is_started_again_goes_on_and_parts_are_added_up(tmp_path: Path) -> None:
    for part in ("process", "process", "fetch"):
        with counting(tmp_path, part):
            say(("alert", {"state": "new"}))
    assert figures(tmp_path) == {"redline_alerts_total{new}": 3}
    assert {file.name for file in tmp_path.glob("counter_*")} == {"counter_process.db", "counter_fetch.db"}


def test_a_clock_that_was_set_back_takes_nothing_off(tmp_path: Path) -> None:
    with counting(tmp_path, "fetch"):
        say(("published", {"article": "a", "late_s": -20.0}))
    assert figures(tmp_path)["redline_stage_seconds_count{published_to_fetched}"] == 1
    assert "redline_stage_seconds_sum{published_to_fetched}" not in figures(tmp_path)


def test_what_does_not_count_is_let_pass(tmp_path: Path) -> None:
    with counting(tmp_path, "fetch"):
        say(("away", {"server": "Kafka"}))
        logging.getLogger("redline.test").warning("watch %s is wrong", "x")
    assert figures(tmp_path) == {}


def test_each_part_tells_when_it_last_went_round(tmp_path: Path) -> None:
    before = time.time()
    with counting(tmp_path, "fetch") as metrics:
        metrics.progress()
    with counting(tmp_path, "notify"):
        pass
    assert last_progress(tmp_path).keys() == {"fetch"}
    assert before <= last_progress(tmp_path)["fetch"] <= time.time()


def test_the_files_do_not_grow_with_what_is_counted(tmp_path: Path) -> None:
    with counting(tmp_path, "process"):
        for _ in range(1000):
            say(EVENTS[3])
    assert figures(tmp_path)["redline_articles_indexed_total{}"] == 1000
    assert sum(file.stat().st_blocks * 512 for file in tmp_path.iterdir()) < 100_000


def test_a_file_that_is_just_being_made_has_no_figures_yet(tmp_path: Path) -> None:
    with counting(tmp_path, "fetch"):
        say(EVENTS[0])
    (tmp_path / "counter_process.db").touch()
    assert figures(tmp_path) == {"redline_feed_requests_total{new}": 1}


def test_counting_ends_with_its_block(tmp_path: Path) -> None:
    with counting(tmp_path, "fetch"):
        assert any(isinstance(each, Counting) for each in logging.getLogger().handlers)
        assert all(logging.getLogger(name).isEnabledFor(logging.DEBUG) for name in OURS)
    assert not any(isinstance(each, Counting) for each in logging.getLogger().handlers)
    say(EVENTS[0])
    assert figures(tmp_path) == {}


@pytest.mark.parametrize("stage", ["fetch", "decode", "read", "notify"])
def test_what_may_come_is_there_with_0_from_the_start(tmp_path: Path, stage: str) -> None:
    from redline.monitor.metrics import counted

    with counting(tmp_path, "fetch"):
        pass
    (letters,) = [metric for metric in counted(tmp_path) if metric.name == "redline_dead_letters"]
    assert [sample.value for sample in letters.samples if sample.labels["stage"] == stage] == [0]
