"""The wall clock in the one form that records use, and times as they are stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_now() -> datetime:
    """The present time, aware, in UTC."""
    return datetime.now(UTC)


def to_micros(time: datetime) -> int:
    """``time`` in whole microseconds since 1970, as it is stored."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """The time that ``to_micros`` stored, in UTC."""
    return _EPOCH + timedelta(microseconds=micros)
