"""What a channel sends: an alert together with the claim, statement or article that it is about."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Protocol

import msgspec

from schemas.records import Alert, Claim, Statement, Trace


class Source(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The article of an alert, without its text."""

    id: str
    title: str | None = None
    url: str | None = None
    source: str | None = None
    lang: str | None = None
    published: datetime | None = None


class Notice(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One alert as its receiver sees it; ``watch`` is the watch's name.

    ``sending`` is the time of this try, so that a receiver sees the whole latency.
    """

    alert: Alert
    watch: str
    sending: datetime
    article: Source | None = None
    statement: Statement | None = None
    claim: Claim | None = None


class Channel(Protocol):
    """A receiver of alerts."""

    @property
    def name(self) -> str:
        """The name that watches use in ``deliver``."""
        ...

    def send(self, notice: Notice) -> None:
        """Deliver ``notice``; when this returns, the receiver has it.

        Raises:
            ChannelError: it could not be delivered now.
        """
        ...


def stages(trace: Trace, delivered: datetime) -> dict[str, float]:
    """Seconds that an alert spent in each stage it passed, and from its first time to ``delivered`` in all.

    A stage is named for the time that ends it: ``fetched`` is how long after ``published`` the article was fetched.
    """
    times = {
        "published": trace.published,
        "fetched": trace.fetched,
        "enriched": trace.enriched,
        "matched": trace.matched,
        "delivered": delivered,
    }
    known = [(name, time) for name, time in times.items() if time is not None]
    spent = {name: (time - before).total_seconds() for (_, before), (name, time) in pairwise(known)}
    return spent | {"total": (delivered - known[0][1]).total_seconds()}
