"""Carries deliveries to one channel: new ones first, failed ones again after a wait, each until it is recorded."""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import cast

from connectors.channels.notice import Channel, Notice, Source, stages
from redline.backoff import Backoff
from redline.lifecycle import Stop
from schemas.errors import ChannelError, UnavailableError
from schemas.patience import Patience
from schemas.protocols import Index
from schemas.records import Alert, Claim, Delivery, EnrichedArticle, Statement, Watch

logger = logging.getLogger(__name__)


class Courier:
    """The queue of one channel and the loop that empties it; ``add`` and ``finish`` may be called from any thread.

    A delivery is an outbox record in the index: it is written before it is handed to ``add``, and a delivery that
    the index has as delivered is never sent. One that fails waits by itself; it holds up no other.
    """

    def __init__(
        self,
        channel: Channel,
        index: Index,
        stop: Stop,
        clock: Callable[[], datetime],
        retry: Backoff,
        patience: Patience,
    ) -> None:
        self._channel = channel
        self._index = index
        self._stop = stop
        self._clock = clock
        self._retry = retry
        self._patience = patience
        self._changed = threading.Condition()
        self._held: dict[str, Alert] = {}
        self._fresh: deque[str] = deque()
        self._failed: list[tuple[float, str]] = []
        self._finishing = False
        stop.when_set(self.finish)

    def add(self, delivery: str, alert: Alert) -> None:
        """Send ``alert`` as ``delivery`` (its id) as soon as possible; one that is already held is left as it is."""
        with self._changed:
            if delivery not in self._held:
                self._held[delivery] = alert
                self._fresh.append(delivery)
                self._changed.notify()

    def finish(self) -> None:
        """Let ``run`` return when every delivery was tried once (at once, where the stop has been asked for)."""
        with self._changed:
            self._finishing = True
            self._changed.notify()

    def run(self) -> None:
        """Send until ``finish`` or the stop."""
        with suppress(UnavailableError):  # raised only by the stop; what is not recorded stays pending
            while (delivery := self._next()) is not None:
                self._try(delivery)

    def _next(self) -> str | None:
        with self._changed:
            while not self._stop.is_set():
                if self._fresh:
                    return self._fresh.popleft()
                if self._finishing:
                    return None
                wait = self._failed[0][0] - time.monotonic() if self._failed else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._failed)[1]
                self._changed.wait(wait)
        return None

    def _try(self, id_: str) -> None:
        alert = self._held[id_]
        delivery = cast(Delivery, self._patience.insist(lambda: self._index.get("deliveries", [id_]))[id_].record)
        if delivery.delivered is None:
            delivery = self._send(delivery, alert)
            self._patience.insist(lambda: self._index.upsert("deliveries", [delivery]))
            self._tell(delivery, alert)
        with self._changed:
            if delivery.delivered is None:
                heapq.heappush(self._failed, (time.monotonic() + self._retry.delay(delivery.tries), id_))
            else:
                del self._held[id_]

    def _send(self, delivery: Delivery, alert: Alert) -> Delivery:
        """Try once; returns the record of what came of it."""
        error, delivered = None, None
        try:
            self._channel.send(self._patience.insist(lambda: compose(self._index, alert, self._clock())))
        except ChannelError as failure:
            error = str(failure)
        else:
            delivered = self._clock()
        return Delivery(
            id=delivery.id,
            alert=alert.id,
            channel=self._channel.name,
            tries=delivery.tries + 1,
            delivered=delivered,
            error=error,
            version=delivery.version + 1,
        )

    def _tell(self, delivery: Delivery, alert: Alert) -> None:
        """Log what came of a try; after it was recorded, since what is not is tried again, and would be told twice."""
        about = {"alert": alert.id, "article": alert.article, "channel": delivery.channel}
        if delivery.delivered is None:
            logger.warning("not delivered", extra={**about, "tries": delivery.tries, "error": delivery.error})
        else:
            seconds = {stage: round(spent, 3) for stage, spent in stages(alert.trace, delivery.delivered).items()}
            logger.info("delivered", extra={**about, "seconds": seconds})


def compose(index: Index, alert: Alert, now: datetime) -> Notice:
    """``alert`` with what it is about, as far as the index has it."""

    def find(name: str, id_: str | None) -> object:
        found = index.get(name, [id_]).get(id_) if id_ else None
        return found and found.record

    watch = cast(Watch | None, find("watches", alert.watch))
    article = cast(EnrichedArticle | None, find("articles", alert.article))
    return Notice(
        alert=alert,
        watch=watch.name if watch else alert.watch,
        sending=now,
        article=source_of(article) if article else None,
        statement=cast(Statement | None, find("statements", alert.statement)),
        claim=cast(Claim | None, find("claims", alert.claim)),
    )


def source_of(article: EnrichedArticle) -> Source:
    """``article`` without its text."""
    return Source(
        id=article.id,
        title=article.title,
        url=article.url,
        source=article.source,
        lang=article.lang,
        published=article.published,
    )
