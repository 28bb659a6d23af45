"""The metrics that are counted: what the parts log becomes Prometheus counters, so that what is counted was said.

A part logs an event with its fields; ``Counting`` is the log handler that looks at both. Each process keeps its figures
in files of a folder that all processes of one command share, named for the part: a part that was killed and is started
again goes on in its own files, so that no counter goes back and nothing is counted twice.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redline.logs import OURS

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable that tells the client library, and the processes below, where the files are."""
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0, 86400.0)
"""Seconds: from one short drain to a feed that is a day late."""
PROGRESS = "redline_progress_timestamp_seconds"

_KNOWN = {
    "redline_feed_requests": ("outcome", ("new", "unchanged", "failed")),
    "redline_alerts": ("state", ("new", "backlog", "replayed")),
    "redline_dead_letters": ("stage", ("fetch", "decode", "read", "notify")),
    "redline_restarts": ("part", ("fetch", "process", "notify")),
}
"""Labels that are there from the start with 0: Prometheus sees no increase in what begins with 1."""


class Metrics:
    """The metrics of one process: ``part`` of Redline, in ``folder``. One a process, made before anything counts."""

    def __init__(self, folder: Path, part: str) -> None:
        os.environ[FOLDER] = str(folder)
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, values

        values.ValueClass = values.MultiProcessValue(lambda: part)
        registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            made = Counter(name, text, labels, registry=registry)
            label, known = _KNOWN.get(name, ("", ()))
            for value in known:
                made.labels(**{label: value})
            return made

        self.feed_requests = counter("redline_feed_requests", "Feeds asked, by what came of it", "outcome")
        self.fetched = counter("redline_articles_fetched", "Articles (new and revised) that the log has got from feeds")
        self.indexed = counter("redline_articles_indexed", "Articles read and written, their offsets committed")
        self.alerts = counter("redline_alerts", "Alerts raised, by state (backlog and replayed: never sent)", "state")
        self.dead_letters = counter("redline_dead_letters", "Records set aside, by the stage that could not", "stage")
        self.deliveries = counter("redline_deliveries", "Tries to deliver an alert", "channel", "outcome")
        self.restarts = counter("redline_restarts", "Parts that died and were started again", "part")
        self.stages = Histogram(
            "redline_stage_seconds", "From one stage to the next", ("stage",), registry=registry, buckets=BUCKETS
        )
        self._progress = Gauge(
            PROGRESS, "When a part's loop last went round", ("part",), registry=registry, multiprocess_mode="max"
        )
        self._part = part

    def progress(self) -> None:
        """Note that the loop of this part went round."""
        self._progress.labels(part=self._part).set(time.time())

    def observe(self, stage: str, seconds: float) -> None:
        """Add one article's or alert's time in ``stage``; a clock that was set back makes no negative time."""
        self.stages.labels(stage=stage).observe(max(0.0, seconds))


class Counting(logging.Handler):
    """Counts the events of this process in ``metrics`` while its block runs."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.DEBUG)
        self._metrics = metrics
        self.ready = False
        """Whether this process has said that it is."""
        self._count: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "ready": self._on_ready,
            "feed asked": lambda event: metrics.feed_requests.labels(outcome=event["outcome"]).inc(),
            "published": self._published,
            "indexed": self._indexed,
            "alert": lambda event: metrics.alerts.labels(state=event["state"]).inc(),
            "dead letter": lambda event: metrics.dead_letters.labels(stage=event["stage"]).inc(),
            "delivered": self._delivered,
            "not delivered": lambda event: metrics.deliveries.labels(event["channel"], "failed").inc(),
            "restart": lambda event: metrics.restarts.labels(part=event["service"]).inc(),
        }

    def emit(self, record: logging.LogRecord) -> None:
        """Count ``record`` where it is an event that counts."""
        count = self._count.get(str(record.msg))
        if count is not None:
            count(vars(record))

    def __enter__(self) -> Counting:
        # The first of all: a kill while a line is printed must not take its count.
        logging.getLogger().handlers.insert(0, self)
        for name in OURS:
            logging.getLogger(name).setLevel(logging.DEBUG)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)

    def _on_ready(self, _: Mapping[str, Any]) -> None:
        self.ready = True

    def _published(self, event: Mapping[str, Any]) -> None:
        self._metrics.fetched.inc()
        if event["late_s"] is not None:
            self._metrics.observe("published_to_fetched", event["late_s"])

    def _indexed(self, event: Mapping[str, Any]) -> None:
        self._metrics.indexed.inc()
        for stage, seconds in event["seconds"].items():
            self._metrics.observe(stage, seconds)

    def _delivered(self, event: Mapping[str, Any]) -> None:
        self._metrics.deliveries.labels(event["channel"], "delivered").inc()
        seconds = event["seconds"]
        self._metrics.observe("matched_to_delivered", seconds["delivered"])
        self._metrics.observe("published_to_delivered", seconds["total"])


def counted(folder: Path) -> Iterable[Metric]:
    """The figures of all processes that count in ``folder``, added up."""
    from prometheus_client.multiprocess import MultiProcessCollector

    begun = [str(file) for file in folder.glob("*.db") if file.stat().st_size]  # a file is empty while it is made
    merged: Iterable[Metric] = MultiProcessCollector.merge(begun)
    return merged


def last_progress(folder: Path) -> dict[str, float]:
    """When the loop of each part in ``folder`` last went round, in seconds since 1970; one that never did is absent."""
    samples = [sample for metric in counted(folder) if metric.name == PROGRESS for sample in metric.samples]
    return {sample.labels["part"]: sample.value for sample in samples}
