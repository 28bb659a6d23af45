from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.feeds.dates import parse_date, plausible, zones


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("Sat, 07 Nov 2026 21:45:00 America/Chicago", utc(2026, 11, 8, 3, 45)),
        ("Tue, 07 Jul 2026 21:45:00 America/Chicago", utc(2026, 7, 8, 2, 45)),
        ("Sat, 07 Nov 2026 09:00:00 Asia/Kolkata", utc(2026, 11, 7, 3, 30)),
        ("Sat, 07 Nov 2026 09:00:00 MSK", utc(2026, 11, 7, 6)),
        ("Wed, 07 Nov 2012 09:00:00 MSK", utc(2012, 11, 7, 5)),
        ("Tue, 07 Jul 2026 09:00:00 CEST", utc(2026, 7, 7, 7)),
        ("Sat, 07 Nov 2026 09:00:00 cet", utc(2026, 11, 7, 8)),
        ("Sat, 07 Nov 2026 09:00:00 EST", utc(2026, 11, 7, 14)),
        ("Sat, 7 Nov 26 09:00 GMT", utc(2026, 11, 7, 9)),
        ("Sat, 07 Nov 2026 21:45:00 +0100 (CET)", utc(2026, 11, 7, 20, 45)),
        ("Sat, 07 Nov 2026 21:45:00 GMT+3", utc(2026, 11, 7, 18, 45)),
        ("Sat, 07 Nov 2026 21:45:00 UTC-05:00", utc(2026, 11, 8, 2, 45)),
        ("Sat Nov 07 21:45:00 EST 2026", utc(2026, 11, 8, 2, 45)),
        ("sab, 07 Nov 2026 21:45:00 +0100", utc(2026, 11, 7, 20, 45)),
        ("November 7, 2026 9:05 PM +02:00", utc(2026, 11, 7, 19, 5)),
        ("2026-11-07T10:00:00Z", utc(2026, 11, 7, 10)),
        ("2026-11-07T10:00:00.250+02:00", utc(2026, 11, 7, 8, 0, 0, 250_000)),
        ("2026-11-07 10:00 +0200", utc(2026, 11, 7, 8)),
        ("20261107T214500Z", utc(2026, 11, 7, 21, 45)),
    ],
)
def test_understands_the_zone(text: str, time: datetime) -> None:
    assert parse_date(text) == time


@pytest.mark.parametrize(
    "text",
    [
        "Sat, 07 Nov 2026 09:00:00 XYZT",
        "Sat, 07 Nov 2026 09:00:00 IST",  # India, Israel or Ireland
        "Sat, 07 Nov 2026 09:00:00 Middle/Nowhere",
        "Sat, 07 Nov 2026 09:00:00 ../../etc/passwd",
        "Sat, 07 Nov 2026 09:00:00 Z/",
        "Sat, 07 Nov 2026 09:00:00 +2500",
        "Sat, 07 Nov 2026 09:00:00",
        "2026-11-07T09:00:00",
        "2026-11-07",
        "07/11/2026 09:00 +0000",  # July or November
        "Nov 2026 10:00 GMT",
        "10:00 GMT",
        "31 Feb 2026 10:00 GMT",
        "yesterday",
        "",
        "9" * 5000,
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_is_absent_rather_than_wrong(text: str) -> None:
    assert parse_date(text) is None


@given(st.text(max_size=80))
def test_no_text_makes_it_fail(text: str) -> None:
    date = parse_date(text)
    assert date is None or date.tzinfo is UTC


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),  # noqa: DTZ001 - made aware below
    st.sampled_from(sorted(zones())),
)
def test_a_named_zone_means_its_offset(naive: datetime, name: str) -> None:
    naive = naive.replace(microsecond=0)
    assert parse_date(f"{naive:%a, %d %b %Y %H:%M:%S} {name}") == naive.replace(tzinfo=zones()[name]).astimezone(UTC)


def test_implausible_dates_are_dropped() -> None:
    fetched = utc(2026, 11, 24, 12)
    assert plausible(fetched + timedelta(minutes=5), fetched) is not None
    assert plausible(utc(2082, 1, 1), fetched) is None
    assert plausible(utc(1970, 1, 1), fetched) is None
    assert plausible(None, fetched) is None
