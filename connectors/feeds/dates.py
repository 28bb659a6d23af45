"""Dates as feeds write them: understood with their zone, or absent.

A date without a time of day, without a zone, or with a zone that is not known for sure gives None: the local time taken
as UTC would be hours off, and who was first among outlets is told by these dates.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from schemas.errors import DataFileError

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LONGEST = 100
"""Characters; what is longer is no date."""
SKEW = timedelta(hours=1)
"""How far a publisher's clock may be ahead of ours."""

_LOCAL_AND_ZONE = re.compile(
    r"(?P<local>.*?\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[ap]\.?m\b\.?)?)\s*(?P<zone>\S.*)", re.I | re.S
)
_OFFSET = re.compile(r"(?:GMT|UTC|UT)?\s*(?P<sign>[+\-−])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?", re.I)
_WEEKDAY = re.compile(r"^[^\W\d]+\.?,\s*")  # of any language: the date says it again
_COMMENT = re.compile(r"\s*\([^)]*\)\s*$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_USUAL = re.compile(  # of RFC 822, which nearly all of RSS is written in
    rf"(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}}) (\d{{1,2}}):(\d{{2}})(?::(\d{{2}}))?", re.I
)
_YEAR_LAST = re.compile(r"(?P<zone>\S+)\s+(?P<year>\d{4})")


def parse_date(text: str) -> datetime | None:
    """``text`` as a time in UTC; None where it or its zone is not understood for sure."""
    text = text.strip()
    if len(text) > LONGEST:
        return None
    text = _COMMENT.sub("", _WEEKDAY.sub("", text, count=1))
    match = _LOCAL_AND_ZONE.fullmatch(text)
    if match is None:
        return _iso(text)
    local, zone = match["local"], match["zone"].strip()
    if year_last := _YEAR_LAST.fullmatch(zone):  # Sat Nov 07 21:45:00 EST 2026
        local, zone = f"{local} {year_last['year']}", year_last["zone"]
    tz = _zone(zone)
    naive = _naive(local)
    if tz is None or naive is None:
        return None
    try:
        return naive.replace(tzinfo=tz).astimezone(UTC)
    except OverflowError:
        return None


def plausible(date: datetime | None, fetched: datetime) -> datetime | None:
    """``date``, unless it is before 1990 or lies in the future of ``fetched``."""
    return date if date and EARLIEST <= date <= fetched + SKEW else None


def _iso(text: str) -> datetime | None:
    """ISO 8601 in its basic form, such as 20261107T214500Z."""
    try:
        date = datetime.fromisoformat(text)
        return date.astimezone(UTC) if date.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _naive(local: str) -> datetime | None:
    """The local time of ``local``, if it says day, month and year, and says them in one way only."""
    try:
        return datetime.fromisoformat(local).replace(tzinfo=None)
    except ValueError:
        pass
    if usual := _USUAL.fullmatch(local):
        day, month, year, hour, minute, second = usual.groups()
        numbers = int(year), _MONTHS.index(month.lower()) + 1, int(day), int(hour), int(minute), int(second or 0)
        try:
            return datetime(*numbers)  # noqa: DTZ001 - the caller has the zone
        except ValueError:
            return None
    from dateutil import parser

    # What is missing, and what could be read in two ways, shows as a difference.
    readings = set()
    for dayfirst, default in ((False, datetime(2000, 1, 1)), (True, datetime(2004, 2, 2))):  # noqa: DTZ001
        try:
            readings.add(parser.parse(local, default=default, dayfirst=dayfirst, ignoretz=True))
        except (ValueError, OverflowError):
            return None
    return readings.pop() if len(readings) == 1 else None


def _zone(name: str) -> tzinfo | None:
    if offset := _OFFSET.fullmatch(name):
        shift = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
        return timezone(shift if offset["sign"] == "+" else -shift) if shift <= timedelta(hours=14) else None
    if "/" in name:
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, LookupError):  # a name that is no zone, or no name at all
            return None
    return zones().get(name.upper())


@cache
def zones() -> dict[str, tzinfo]:
    """The names of ``zones.tsv``.

    Raises:
        DataFileError: a line of the file is wrong.
    """
    names: dict[str, tzinfo] = {}
    lines = files(__package__).joinpath("zones.tsv").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        name, tab, meaning = line.partition("\t")
        zone = _zone(meaning) if tab and ("/" in meaning or _OFFSET.fullmatch(meaning)) else None
        if zone is None or name in names:
            raise DataFileError(
                "connectors/feeds/zones.tsv", number, f"{line!r} is no new name, tab and offset or zone"
            )
        names[name] = zone
    return names
