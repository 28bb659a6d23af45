"""Retention: removes from log and index what is older than a moment, and nothing that is still wanted.

An article goes with its statements by when it was first seen, a claim by when it was last reported, an alert by when
it matched, with its deliveries. Watches and dead letters stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import cast

from pipelines.novelty.owner import WINDOW
from redline.lag import READERS, waiting
from redline.queries import found
from schemas.errors import RedlineError
from schemas.protocols import Index, Log
from schemas.query.tree import Query, Range
from schemas.records import Delivery

AGE: Mapping[str, str] = {
    "alerts": "matched",
    "statements": "first_seen",
    "articles": "first_seen",
    "claims": "last_seen",
}
"""The indexes that are pruned, in this order, and the field that tells the age of their records."""

_AT_ONCE = 500

Told = Callable[[str, int], None]
"""Hears of an index or topic and how many of its records went."""


def prune(log: Log, index: Index, before: datetime, now: datetime, told: Told) -> None:
    """Remove what is older than ``before``; killed at any moment, run it again. An alert on its way stays.

    Raises:
        RedlineError: what is new at ``now`` is still compared with articles of that time, or some of it is unread.
    """
    if before > now - WINDOW:
        raise RedlineError(
            f"what is new is compared with the claims of the last {WINDOW.days} days: name a time before"
            f" {now - WINDOW:%Y-%m-%dT%H:%M:%SZ}"
        )
    for topic, reader in READERS.items():
        left = waiting(log, topic)
        if left.since is not None and left.since < before:
            raise RedlineError(
                f"topic {topic} holds records since {left.since:%Y-%m-%dT%H:%M:%SZ} that redline {reader} has not"
                " read: let it run first"
            )
    for name, age in AGE.items():
        index.refresh(name)
        held = _on_their_way(index) if name == "alerts" else frozenset[str]()
        told(name, sum(_remove(index, name, ids) for ids in _older(index, name, age, before, held)))
    told("deliveries", _without_alert(index))
    for topic in READERS:
        told(f"topic {topic}", log.trim(topic, before))


def _on_their_way(index: Index) -> frozenset[str]:
    """The ids of the alerts that have a delivery which did not succeed yet."""
    index.refresh("deliveries")
    deliveries = cast("Iterator[Delivery]", index.scan("deliveries"))
    return frozenset(delivery.alert for delivery in deliveries if delivery.delivered is None)


def _older(index: Index, name: str, age: str, before: datetime, held: frozenset[str]) -> Iterator[list[str]]:
    """The ids of what is older, but for those ``held``, some at a time."""
    query = Query(f"older than {before}", name, Range(age, age, None, before, include_high=False))
    for records in found(index, query, _AT_ONCE):
        yield [record.id for record in records if record.id not in held]


def _without_alert(index: Index) -> int:
    """Remove the deliveries whose alert is gone; returns how many."""
    removed = 0
    deliveries = [(one.id, one.alert) for one in cast("Iterator[Delivery]", index.scan("deliveries"))]
    for start in range(0, len(deliveries), _AT_ONCE):
        some = deliveries[start : start + _AT_ONCE]
        there = index.get("alerts", {alert for _, alert in some})
        removed += _remove(index, "deliveries", [id_ for id_, alert in some if alert not in there])
    return removed


def _remove(index: Index, name: str, ids: list[str]) -> int:
    index.delete(name, ids)
    return len(ids)
