"""What the index holds now, as the demo shows it: articles, alerts with their claims, and how long they took."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from connectors.channels.notice import Notice, Source
from schemas.protocols import Index
from schemas.records import Alert, Article, Claim, Delivery, EnrichedArticle, Record, Statement, Watch

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Snapshot:
    """``articles`` and ``alerts`` newest first; ``claims`` in the order in which they were first seen."""

    articles: Sequence[EnrichedArticle]
    claims: Sequence[Claim]
    alerts: Sequence[Notice]
    statements: int


def take(index: Index) -> Snapshot:
    """All that ``index`` holds: meant for the few records of a demo."""
    articles = {record.id: record for record in _all(index, "articles", EnrichedArticle)}
    statements = {record.id: record for record in _all(index, "statements", Statement)}
    claims = {record.id: record for record in _all(index, "claims", Claim)}
    watches = {record.id: record.name for record in _all(index, "watches", Watch)}
    delivered = {
        record.alert: record.delivered
        for record in _all(index, "deliveries", Delivery)
        if record.delivered and record.channel == "terminal"
    }
    notices = [
        Notice(
            alert=alert,
            watch=watches.get(alert.watch, alert.watch),
            sending=delivered.get(alert.id, alert.trace.matched),
            article=_source(articles.get(alert.article)),
            statement=statements.get(alert.statement or ""),
            claim=claims.get(alert.claim or ""),
        )
        for alert in _all(index, "alerts", Alert)
        if alert.state == "new"
    ]
    return Snapshot(
        articles=sorted(articles.values(), key=lambda article: (article.fetched, article.id), reverse=True),
        claims=sorted(claims.values(), key=lambda claim: (claim.first_seen, claim.id)),
        alerts=sorted(notices, key=lambda notice: (notice.alert.trace.matched, notice.alert.id), reverse=True),
        statements=len(statements),
    )


def since_published(notices: Sequence[Notice]) -> list[float]:
    """Seconds from publishing to the alert on the terminal; an alert whose article is undated is left out."""
    return [
        _seconds(notice.alert.trace.published, notice.sending) for notice in notices if notice.alert.trace.published
    ]


def since_fetched(notices: Sequence[Notice]) -> list[float]:
    """Seconds from fetching to the alert on the terminal."""
    return [_seconds(notice.alert.trace.fetched, notice.sending) for notice in notices]


def percentile(values: Sequence[float], share: float) -> float:
    """The least of ``values`` that ``share`` (0 to 1) of them do not exceed; ``values`` is not empty."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _all(index: Index, name: str, kind: type[R]) -> list[R]:
    return [record for record in index.scan(name) if isinstance(record, kind)]


def _source(article: Article | None) -> Source | None:
    if article is None:
        return None
    return Source(id=article.id, title=article.title, url=article.url, source=article.source, lang=article.lang)


def _seconds(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()
