"""The wall clock, in the one form that records use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present time, aware, in UTC."""
    return datetime.now(UTC)
