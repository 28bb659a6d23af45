"""When alerts are due: full hours and times of day by the clock on the wall, whatever is done to that clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.channels.settings import NotifySettings
from redline.schedule import Schedule, schedule_of
from schemas.records import Watch

When = Literal["now", "hourly", "daily"]
OSLO = Schedule(ZoneInfo("Europe/Oslo"), time(8))


def watch(when: When, quiet_until: str | None = None) -> Watch:
    until = datetime.fromisoformat(quiet_until) if quiet_until else None
    return Watch(id="w", name="w", query="x", created=datetime(2026, 1, 1, tzinfo=UTC), when=when, quiet_until=until)


def due(schedule: Schedule, when: When, matched: str, quiet_until: str | None = None) -> str:
    return schedule.due(watch(when, quiet_until), datetime.fromisoformat(matched)).isoformat()


@pytest.mark.parametrize(
    ("when", "matched", "wanted"),
    [
        ("now", "2026-11-25T10:15:30+00:00", "2026-11-25T10:15:30+00:00"),
        ("hourly", "2026-11-25T10:15:30+00:00", "2026-11-25T11:00:00+00:00"),
        ("hourly", "2026-11-25T11:00:00+00:00", "2026-11-25T11:00:00+00:00"),
        ("hourly", "2026-11-25T10:59:59.999999+00:00", "2026-11-25T11:00:00+00:00"),
        ("hourly", "2026-12-31T22:30:00+00:00", "2026-12-31T23:00:00+00:00"),  # midnight and the year's end in Oslo
        ("daily", "2026-11-25T06:59:00+00:00", "2026-11-25T07:00:00+00:00"),
        ("daily", "2026-11-25T07:00:00+00:00", "2026-11-25T07:00:00+00:00"),
        ("daily", "2026-11-25T07:00:00.000001+00:00", "2026-11-26T07:00:00+00:00"),
        ("daily", "2026-11-25T22:59:59+00:00", "2026-11-26T07:00:00+00:00"),  # a second before midnight in Oslo
        ("daily", "2026-11-25T23:00:00+00:00", "2026-11-26T07:00:00+00:00"),  # midnight in Oslo
        ("daily", "2026-03-28T12:00:00+00:00", "2026-03-29T06:00:00+00:00"),  # the night of summer time is short
        ("daily", "2026-10-24T12:00:00+00:00", "2026-10-25T07:00:00+00:00"),  # that of winter time is long
    ],
)
def test_due(when: When, matched: str, wanted: str) -> None:
    assert due(OSLO, when, matched) == wanted


@pytest.mark.parametrize(
    ("daily", "matched", "wanted"),
    [
        # On 29 March the clocks of Oslo go from 02:00 to 03:00: 02:30 comes an hour later by the wall, at 03:30.
        (time(2, 30), "2026-03-28T12:00:00+00:00", "2026-03-29T01:30:00+00:00"),
        (time(2, 30), "2026-03-29T01:30:01+00:00", "2026-03-30T00:30:00+00:00"),
        # On 25 October they go from 03:00 to 02:00: 02:30 comes twice and counts once.
        (time(2, 30), "2026-10-24T12:00:00+00:00", "2026-10-25T00:30:00+00:00"),
        (time(2, 30), "2026-10-25T00:31:00+00:00", "2026-10-26T01:30:00+00:00"),
        (time(0, 0), "2026-11-25T22:59:59+00:00", "2026-11-25T23:00:00+00:00"),
        (time(0, 0), "2026-11-25T23:00:01+00:00", "2026-11-26T23:00:00+00:00"),
    ],
)
def test_times_of_day_that_a_day_has_not_or_twice(daily: time, matched: str, wanted: str) -> None:
    assert due(Schedule(ZoneInfo("Europe/Oslo"), daily), "daily", matched) == wanted


def test_a_midnight_that_is_left_out_is_not_forgotten() -> None:
    # In Beirut the clocks go from 00:00 to 01:00 on 29 March 2026: what comes at midnight comes at 01:00.
    beirut = Schedule(ZoneInfo("Asia/Beirut"), time(0, 0))
    assert due(beirut, "daily", "2026-03-28T12:00:00+00:00") == "2026-03-28T22:00:00+00:00"
    # In Apia there was no 30 December 2011 at all.
    apia = Schedule(ZoneInfo("Pacific/Apia"), time(8))
    assert due(apia, "daily", "2011-12-30T00:00:00+00:00") == "2011-12-30T18:00:00+00:00"


@pytest.mark.parametrize(
    ("when", "quiet_until", "wanted"),
    [
        ("now", "2026-11-25T12:00:00+00:00", "2026-11-25T12:00:00+00:00"),
        ("now", "2026-11-25T09:00:00+00:00", "2026-11-25T10:15:00+00:00"),  # it has ended
        ("hourly", "2026-11-25T11:30:00+00:00", "2026-11-25T12:00:00+00:00"),
        ("hourly", "2026-11-25T12:00:00+00:00", "2026-11-25T12:00:00+00:00"),
        ("hourly", "2026-11-25T10:30:00+00:00", "2026-11-25T11:00:00+00:00"),
        ("daily", "2026-11-26T07:00:00+00:00", "2026-11-26T07:00:00+00:00"),
        ("daily", "2026-11-26T07:00:01+00:00", "2026-11-27T07:00:00+00:00"),
        ("daily", "2026-11-25T11:00:00+00:00", "2026-11-26T07:00:00+00:00"),
        ("now", "2026-11-25T13:00:00+01:00", "2026-11-25T12:00:00+00:00"),
    ],
)
def test_quiet_time_and_schedule_together(when: When, quiet_until: str, wanted: str) -> None:
    assert due(OSLO, when, "2026-11-25T10:15:00+00:00", quiet_until) == wanted


ZONES = ["UTC", "Europe/Oslo", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Beirut"]
TIMES = st.integers(0, 10 * 365 * 86_400_000).map(
    lambda ms: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)
SCHEDULES = st.builds(Schedule, st.sampled_from(ZONES).map(ZoneInfo), st.builds(time, st.integers(0, 23), st.just(30)))


@given(SCHEDULES, TIMES, st.sampled_from(["now", "hourly", "daily"]), st.none() | TIMES)
def test_law_nothing_is_due_before_its_time_or_much_later(
    schedule: Schedule, matched: datetime, when: When, quiet: datetime | None
) -> None:
    found = schedule.due(watch(when, quiet.isoformat() if quiet else None), matched)
    earliest = max(matched, quiet or matched)
    longest = {"now": timedelta(0), "hourly": timedelta(hours=1, minutes=30), "daily": timedelta(hours=25)}[when]
    assert earliest <= found <= earliest + longest
    if when == "hourly":
        assert (found.astimezone(schedule.zone).minute, found.second, found.microsecond) == (0, 0, 0)
    assert schedule.due(watch(when), found) == found, "what is due then is not put off again"


@given(SCHEDULES, TIMES)
def test_law_a_day_has_one_daily_time(schedule: Schedule, start: datetime) -> None:
    times = set()
    at = start
    while (at := schedule.due(watch("daily"), at)) < start + timedelta(days=10):
        times.add(at)
        at += timedelta(microseconds=1)
    assert len(times) in (9, 10, 11)
    assert len({found.astimezone(schedule.zone).date() for found in times}) == len(times)


def test_the_settings_say_where_and_when() -> None:
    schedule = schedule_of(NotifySettings(timezone="Asia/Kathmandu", daily_at="06:45"))
    assert due(schedule, "daily", "2026-11-25T12:00:00+00:00") == "2026-11-26T01:00:00+00:00"
    assert due(schedule, "hourly", "2026-11-25T12:00:00+00:00") == "2026-11-25T12:15:00+00:00"
