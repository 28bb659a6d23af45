"""Times as they are stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from schemas.times import from_micros, to_micros


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])))
def test_law_times_come_back_to_the_microsecond(time: datetime) -> None:
    assert from_micros(to_micros(time)) == time
