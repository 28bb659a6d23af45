"""Writing what was found, in the order that makes a crash harmless: articles, statements, claims, and alerts last."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from pipelines.novelty.assign import Assigned
from schemas.protocols import Index, Log, Message
from schemas.records import Alert, EnrichedArticle, encode

_log = logging.getLogger(__name__)


class Writer:
    """Writes to ``log`` and ``index``; every write may be repeated without harm."""

    def __init__(self, log: Log, index: Index, clock: Callable[[], datetime]) -> None:
        self._log = log
        self._index = index
        self._clock = clock

    def write(self, assigned: Sequence[Assigned], alerts: Sequence[Alert]) -> list[EnrichedArticle]:
        """Write a batch: its articles and statements, then its claims, then its alerts; returns the articles."""
        articles = [msgspec.structs.replace(each.article, indexed=self._clock()) for each in assigned]
        self._index.upsert("articles", articles)
        self._index.upsert("statements", [each for article in articles for each in article.statements])
        claims = {claim.id: claim for each in assigned for claim in each.claims}
        self._index.upsert("claims", list(claims.values()))
        self._publish(alerts)
        return articles

    def _publish(self, alerts: Sequence[Alert]) -> None:
        """Append to the topic what the index lacks, then create it there: a crash between the two repeats both."""
        first: dict[str, Alert] = {}
        for alert in alerts:
            first.setdefault(alert.id, alert)
        known = self._index.get("alerts", first) if first else {}
        fresh = [alert for id_, alert in first.items() if id_ not in known]
        if fresh:
            self._log.append("alerts", [Message(alert.id, encode(alert)) for alert in fresh])
            created = self._index.create("alerts", fresh)
            for alert in fresh:
                if alert.id in created:
                    about = {"alert": alert.id, "article": alert.article, "claim": alert.claim, "watch": alert.watch}
                    _log.debug("alert", extra={**about, "state": alert.state})
