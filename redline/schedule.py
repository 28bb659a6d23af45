"""When an alert is due: at once, at the next full hour or once a day, and not before its watch's quiet time has ended.

Hours and days are those of one clock on the wall (``[notify] timezone``), also where it is put forward or back: a daily
time that this day has not comes as much later as the clock is put forward, one that it has twice comes the first time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connectors.channels.settings import NotifySettings
from schemas.records import Watch

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Schedule:
    """The desk's clock: its ``zone``, and the time of day at which what comes ``daily`` is delivered."""

    zone: ZoneInfo
    daily: time

    def due(self, watch: Watch, matched: datetime) -> datetime:
        """When an alert of ``watch`` that was matched then is to be delivered, in UTC."""
        earliest = max(matched, watch.quiet_until or matched).astimezone(UTC)
        if watch.when == "hourly":
            return self._full_hour(earliest)
        return self._time_of_day(earliest) if watch.when == "daily" else earliest

    def _full_hour(self, earliest: datetime) -> datetime:
        due = earliest
        while past := _past_the_hour(due.astimezone(self.zone)):
            due += _HOUR - past  # not a full hour yet where the clock was put by half an hour between
        return due

    def _time_of_day(self, earliest: datetime) -> datetime:
        today = earliest.astimezone(self.zone).date()
        # Where the clock is put forward, the time of the day before may come on this one.
        days = (today + timedelta(days=offset) for offset in (-1, 0, 1, 2))
        return min(due for day in days if (due := self._at(day)) >= earliest)

    def _at(self, day: date) -> datetime:
        return datetime.combine(day, self.daily, self.zone).astimezone(UTC)


def schedule_of(settings: NotifySettings) -> Schedule:
    """The schedule that ``settings`` describe."""
    return Schedule(ZoneInfo(settings.timezone), time.fromisoformat(settings.daily_at))


DEFAULT = schedule_of(NotifySettings())


def _past_the_hour(local: datetime) -> timedelta:
    return timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
