"""Reads the ends of a range: times (``2026-11-01``, RFC 3339, ``now``, ``now-7d``) and numbers.

A date without a time is that whole day in UTC; a time without a zone is in UTC. Units behind ``now``: s, m (minutes),
h, d, w.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from schemas.query.tree import Bound, Now, Range

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)?")
_NOW = re.compile(r"now(?:(?P<shift>[+-]\d{1,4})(?P<unit>[smhdw]))?")
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,15})?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True)
class Extent:
    """What one word of a range covers: from ``first`` to ``last``, without ``last`` itself where it is ``open``."""

    first: Bound
    last: Bound
    open: bool = False


EVERYTHING = Extent(None, None)


def extent(text: str, kind: Literal["time", "number"]) -> Extent:
    """What ``text`` covers as a time or number; ``*`` is everything.

    Raises:
        ValueError: it is none; the message says what is wanted.
    """
    if text == "*":
        return EVERYTHING
    found = _number(text) if kind == "number" else _time(text)
    if found is None:
        wanted = "a number" if kind == "number" else "a time such as 2026-11-01, 2026-11-01T08:00:00Z, now or now-7d"
        raise ValueError(f"{text!r} is not {wanted}")
    return found


def between(clause: str, field: str, low: Extent, high: Extent, *, include_low: bool, include_high: bool) -> Range:
    """The range from ``low`` to ``high``; an end left out is left out whole.

    Raises:
        ValueError: nothing can lie between.
    """
    span = Range(
        clause=clause,
        field=field,
        low=low.first if include_low else low.last,
        high=high.last if include_high else high.first,
        include_low=include_low or low.open,
        include_high=include_high and not high.open,
    )
    if _empty(span):
        raise ValueError("nothing lies in this range: its end comes before its start")
    return span


def _empty(span: Range) -> bool:
    low, high = _scale(span.low), _scale(span.high)
    if low is None or high is None or low[0] != high[0]:
        return False
    return low > high or (low == high and not (span.include_low and span.include_high))


def _scale(end: Bound) -> tuple[str, float] | None:
    """What ``end`` is measured from, and how far; ends of two scales cannot be compared before the query is asked."""
    match end:
        case datetime():
            return "1970", end.timestamp()
        case Now():
            return "now", end.shift.total_seconds()
        case float():
            return "0", end
    return None


def _number(text: str) -> Extent | None:
    if not _NUMBER.fullmatch(text):
        return None
    return Extent(float(text), float(text))


def _time(text: str) -> Extent | None:
    if found := _NOW.fullmatch(text):
        shift = timedelta(**{_UNITS[found["unit"]]: int(found["shift"])}) if found["unit"] else timedelta(0)
        return Extent(Now(shift), Now(shift))
    try:
        if _DATE.fullmatch(text):
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return Extent(day, day + timedelta(days=1), open=True)
        if _TIME.fullmatch(text):
            time = datetime.fromisoformat(text.upper())
            time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
            return Extent(time, time)
    except (ValueError, OverflowError):
        return None
    return None
