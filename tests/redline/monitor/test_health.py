"""Alive and ready: what is at fault is named, with since when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from redline.monitor.health import STUCK, alive, ready
from redline.monitor.installation import Fault

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
AGO = NOW - STUCK - timedelta(seconds=1)


def test_a_loop_that_goes_round_is_alive() -> None:
    health = alive({"fetch": (NOW - STUCK).timestamp(), "notify": NOW.timestamp()}, {}, NOW)
    assert health.ok
    assert not health.faults


def test_a_loop_that_stands_still_is_not() -> None:
    health = alive({"fetch": NOW.timestamp(), "process": AGO.timestamp()}, {}, NOW)
    assert not health.ok
    assert health.faults == {"process": Fault(AGO, "its loop stands still")}


def test_who_is_started_again_is_not_stuck_but_not_ready_either() -> None:
    unready = {"process": AGO}
    assert alive({"process": AGO.timestamp()}, unready, NOW).ok
    assert ready(unready, {}).faults == {"process": Fault(AGO, "is starting, or being started again")}


def test_what_does_not_answer_is_named_beside_what_is_not_loaded() -> None:
    health = ready({"process": NOW}, {"index": Fault(AGO, "the disk is full")})
    assert not health.ok
    assert health.faults["index"] == Fault(AGO, "the disk is full")
    assert health.faults.keys() == {"process", "index"}
    assert ready({}, {}).ok
