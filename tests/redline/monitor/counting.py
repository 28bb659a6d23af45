"""Metrics of this very process in a folder of the test's own, and one event of each kind that counts."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import patch

from prometheus_client import values
from prometheus_client.parser import text_string_to_metric_families

from redline.homes import EmbeddedHomes
from redline.logs import OURS
from redline.monitor.installation import Installation
from redline.monitor.metrics import Counting, Metrics, counted
from redline.monitor.monitor import shown
from schemas.times import utc_now

EVENTS: list[tuple[str, Mapping[str, object]]] = [
    ("feed asked", {"outcome": "new"}),
    ("published", {"article": "a", "late_s": 3.0}),
    ("published", {"article": "b", "late_s": None}),
    (
        "indexed",
        {
            "article": "a",
            "seconds": dict.fromkeys(("fetched_to_enriched", "enriched_to_indexed", "fetched_to_indexed"), 0.2),
        },
    ),
    ("alert", {"article": "a", "state": "new"}),
    ("dead letter", {"id": "articles/0/1", "stage": "decode"}),
    ("delivered", {"channel": "desk", "seconds": {"delivered": 0.1, "total": 3.5}}),
    ("not delivered", {"channel": "desk"}),
    ("restart", {"service": "process"}),
]


@contextmanager
def counting(folder: Path, part: str) -> Iterator[Metrics]:
    """Count in ``folder`` as ``part`` while the block runs; what that changed in this process is put back."""
    levels = {name: logging.getLogger(name).level for name in OURS}
    with patch.dict(os.environ), patch.object(values, "ValueClass", values.ValueClass):
        metrics = Metrics(folder, part)
        with Counting(metrics):
            yield metrics
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def say(*events: tuple[str, Mapping[str, object]]) -> None:
    """Log ``events`` as the parts do."""
    for name, fields in events:
        logging.getLogger("redline.test").debug(name, extra=fields)


def figures(folder: Path) -> dict[str, float]:
    """What was counted in ``folder``: ``name{label,label}`` -> value, without what is 0 and without buckets."""
    return {
        f"{sample.name}{{{','.join(sample.labels.values())}}}": sample.value
        for metric in counted(folder)
        for sample in metric.samples
        if sample.value and not sample.name.endswith("_bucket")
    }


def exported(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The labels of all that an installation in ``folder`` exports that has seen one event of each kind, by name."""
    files = folder / "metrics"
    files.mkdir()
    with counting(files, "process") as metrics:
        metrics.progress()
        say(*EVENTS)
        with closing(Installation(EmbeddedHomes(folder), utc_now, with_feeds=True)) as installation:
            installation.look()
            page = shown(files, "run", installation).body.decode()
    found: dict[str, list[dict[str, str]]] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found
