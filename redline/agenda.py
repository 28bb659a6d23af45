"""The deliveries whose time has not come: held until their watch wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from redline.schedule import Schedule
from schemas.protocols import Index
from schemas.records import Alert, Watch

LOOK = timedelta(seconds=30)
"""How often the watches of what is held are looked at again: one may have been changed, or removed."""
_AT_ONCE = datetime.min.replace(tzinfo=UTC)


class Waiting(NamedTuple):
    """A delivery (its id) of an alert to a channel."""

    delivery: str
    channel: str
    alert: Alert


class Agenda:
    """Holds deliveries in memory; what it forgets at the end of the process is pending in the index."""

    def __init__(self, index: Index, schedule: Schedule, clock: Callable[[], datetime]) -> None:
        self._index = index
        self._schedule = schedule
        self._clock = clock
        self._held: dict[str, tuple[datetime, Waiting]] = {}
        self._looked = clock()

    def put(self, deliveries: Iterable[Waiting], watches: Mapping[str, Watch]) -> None:
        """Hold ``deliveries`` until they are due; ``watches`` are theirs, by id, as far as they are still there."""
        for one in deliveries:
            watch, matched = watches.get(one.alert.watch), one.alert.trace.matched
            # Where the watch is gone nothing says that the alert is to wait.
            due = self._schedule.due(watch, matched) if watch else matched
            # What was matched later than it is now by this process's clock waits for no clock.
            self._held[one.delivery] = (due if due > matched else _AT_ONCE, one)

    def take_due(self) -> list[Waiting]:
        """The deliveries whose time has come, the longest due first; they are held no more."""
        now = self._clock()
        if self._held and abs(now - self._looked) >= LOOK:
            held = [one for _, one in self._held.values()]
            self.put(held, watches_of(self._index, (one.alert for one in held)))
            self._looked = now
        due = sorted((due, id_) for id_, (due, _) in self._held.items() if due <= now)
        return [self._held.pop(id_)[1] for _, id_ in due]


def watches_of(index: Index, alerts: Iterable[Alert]) -> dict[str, Watch]:
    """The watches of ``alerts`` by id, as far as they are still there."""
    found = index.get("watches", {alert.watch for alert in alerts})
    return {id_: each.record for id_, each in found.items() if isinstance(each.record, Watch)}
