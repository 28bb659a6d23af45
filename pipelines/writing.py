"""Writing what was found, in the order that makes a crash harmless: articles, statements, claims, and alerts last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from pipelines.novelty.assign import Assigned
from schemas.protocols import Index, Log, Message
from schemas.records import Alert, DeadLetter, encode

R = TypeVar("R", Alert, DeadLetter)


class Writer:
    """Writes to ``log`` and ``index``; every write may be repeated without harm."""

    def __init__(self, log: Log, index: Index, clock: Callable[[], datetime]) -> None:
        self._log = log
        self._index = index
        self._clock = clock

    def write(self, assigned: Sequence[Assigned], alerts: Sequence[Alert]) -> None:
        """Write a batch: its articles and statements, then its claims, then its alerts."""
        articles = [msgspec.structs.replace(each.article, indexed=self._clock()) for each in assigned]
        self._index.upsert("articles", articles)
        self._index.upsert("statements", [each for article in articles for each in article.statements])
        claims = {claim.id: claim for each in assigned for claim in each.claims}
        self._index.upsert("claims", list(claims.values()))
        self._publish("alerts", alerts)

    def bury(self, letters: Sequence[DeadLetter]) -> None:
        """Write dead letters to their topic and index."""
        self._publish("dead-letters", letters)

    def _publish(self, name: str, records: Sequence[R]) -> None:
        """Append to topic ``name`` what its index lacks, then create it there: a crash between the two repeats both."""
        first = {record.id: record for record in reversed(records)}
        known = self._index.get(name, first) if first else {}
        fresh = [record for id_, record in first.items() if id_ not in known]
        if fresh:
            self._log.append(name, [Message(record.id, encode(record)) for record in fresh])
            self._index.create(name, fresh)
