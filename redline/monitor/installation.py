"""What log, index and feeds say of themselves, looked at every few seconds: whether they answer, and their figures.

The figures come from what is stored, not from what was counted: no kill can make them wrong.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from redline.lag import READERS, unread
from schemas.errors import RedlineError
from schemas.protocols import TOPICS, Index, Log
from schemas.records import INDEXES
from schemas.times import Clock

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

    from connectors.feeds.state import FeedState, FeedStatus
    from redline.homes import EmbeddedHomes, ServerHomes

END_S = 2.0
"""A look that hangs is not waited for longer."""
LOOK_S = 10.0
LONGEST_LOOK = timedelta(seconds=60)
"""A look that takes longer tells that what it looks at hangs."""


class Door(Protocol):
    """A log, an index or the state of the feeds."""

    def close(self) -> None:
        """Let go of it."""
        ...


D = TypeVar("D", bound=Door)


@dataclass(frozen=True)
class Fault:
    """Something is missing or stands still: since when, and why."""

    since: datetime
    why: str


class Installation:
    """Looks at log, index and (where ``with_feeds``) feeds of ``homes`` in a thread of its own while its block runs."""

    def __init__(self, homes: EmbeddedHomes | ServerHomes, clock: Clock, *, with_feeds: bool) -> None:
        self._clock = clock
        self._looked = clock()
        self._looks: dict[str, _Look[Any]] = {
            "log": _Look(homes.log, lambda log: _of_log(log, clock())),
            "index": _Look(homes.index, _of_index),
        }
        if with_feeds:
            self._looks["feeds"] = _Look(homes.feeds, _of_feeds)
        self._faults = {name: Fault(self._looked, "not looked at yet") for name in self._looks}
        self._found: dict[str, list[Metric]] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="installation", daemon=True)

    def faults(self) -> dict[str, Fault]:
        """What does not answer now, by name."""
        if self._clock() - self._looked > LONGEST_LOOK:
            return {name: Fault(self._looked, "gives no answer at all") for name in self._looks}
        return dict(self._faults)

    def metrics(self) -> Iterator[Metric]:
        """The figures of the last look; those of what does not answer are left out."""
        from prometheus_client.core import GaugeMetricFamily

        faults = self.faults()
        up = GaugeMetricFamily("redline_up", "Whether log, index and the feeds' state answer", labels=["part"])
        for name in self._looks:
            up.add_metric([name], name not in faults)
        yield up
        for name, metrics in list(self._found.items()):
            if name not in faults:
                yield from metrics

    def __enter__(self) -> Installation:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(END_S)

    def look(self) -> None:
        """Look at everything once."""
        for name in self._looks:
            self._look(name)
        self._looked = self._clock()

    def close(self) -> None:
        """Let go of log, index and feeds."""
        for look in self._looks.values():
            look.close()

    def _run(self) -> None:
        while not self._ending.is_set():
            self.look()
            self._ending.wait(LOOK_S)
        self.close()

    def _look(self, name: str) -> None:
        begun = self._clock()
        try:
            self._found[name] = self._looks[name]()
        except RedlineError as error:
            since = self._faults[name].since if name in self._faults else begun
            self._faults[name] = Fault(since, str(error))
        else:
            self._faults.pop(name, None)


class _Look(Generic[D]):
    """Opens a door when it is first looked through, and keeps it open."""

    def __init__(self, open_: Callable[[], D], look: Callable[[D], list[Metric]]) -> None:
        self._open = open_
        self._look = look
        self._door: D | None = None

    def __call__(self) -> list[Metric]:
        if self._door is None:
            self._door = self._open()
        return self._look(self._door)

    def close(self) -> None:
        """Close the door where it was opened."""
        if self._door is not None:
            self._door.close()
            self._door = None


def _of_log(log: Log, now: datetime) -> list[Metric]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    place, reader = ["topic", "partition"], ["group", "topic", "partition"]
    appended = CounterMetricFamily("redline_log_appended", "Records that a partition has ever got", labels=place)
    read = CounterMetricFamily("redline_log_committed", "Offset up to which a group has read", labels=reader)
    lag = GaugeMetricFamily("redline_lag_records", "Records that a group has yet to read", labels=reader)
    age = GaugeMetricFamily("redline_lag_seconds", "Age of the oldest of them", labels=reader)
    for topic in TOPICS:
        if topic not in READERS:
            for partition in range(log.partitions(topic)):
                appended.add_metric([topic, str(partition)], log.end(topic, partition))
    for topic, group in READERS.items():
        committed = log.committed(group, topic)
        for partition, waiting in unread(log, topic).items():
            labels = [group, topic, str(partition)]
            appended.add_metric([topic, str(partition)], waiting.stop)
            oldest = log.read(topic, partition, waiting.start, 1) if waiting else []
            read.add_metric(labels, committed.get(partition, 0))
            lag.add_metric(labels, len(waiting))
            age.add_metric(labels, max(0.0, (now - oldest[0].appended).total_seconds()) if oldest else 0.0)
    return [appended, read, lag, age]


def _of_index(index: Index) -> list[Metric]:
    from prometheus_client.core import GaugeMetricFamily

    records = GaugeMetricFamily("redline_records", "Records that an index holds", labels=["index"])
    for name in INDEXES:
        records.add_metric([name], index.count(name))
    return [records]


def _of_feeds(state: FeedState) -> list[Metric]:
    from prometheus_client.core import GaugeMetricFamily

    feeds = GaugeMetricFamily("redline_feeds", "Feeds, by how they fare", labels=["state"])
    count = Counter(_state(feed) for feed in state.feeds())
    for name in ("read", "waiting", "failing", "held"):
        feeds.add_metric([name], count[name])
    return [feeds]


def _state(feed: FeedStatus) -> str:
    """How ``feed`` fares: its host asked to be left alone, its last fetches failed, it was read, or never yet."""
    if feed.held:
        return "held"
    if feed.failing_since:
        return "failing"
    return "read" if feed.fetched else "waiting"
