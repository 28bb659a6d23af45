"""Is it alive, and is it ready? The two questions that an orchestrator asks, with what is at fault and since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from redline.monitor.installation import Fault

STUCK = timedelta(seconds=120)
"""A loop that did not go round for so long is stuck: waiting for a server counts as going round."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: ``faults`` by part, empty where all is well."""

    ok: bool
    faults: dict[str, Fault]


def alive(progress: Mapping[str, float], unready: Mapping[str, datetime], now: datetime) -> Health:
    """Whether every part that is up and ready went round lately; ``progress`` is when, in seconds since 1970.

    ``unready`` parts load their models, say, or are being started again: that is no reason to kill what does it.
    """
    turns = {part: datetime.fromtimestamp(seconds, UTC) for part, seconds in progress.items()}
    return _health(
        {
            part: Fault(turned, "its loop stands still")
            for part, turned in turns.items()
            if part not in unready and now - turned > STUCK
        }
    )


def ready(unready: Mapping[str, datetime], faults: Mapping[str, Fault]) -> Health:
    """Whether all parts have loaded what they need and what they need answers."""
    starting = {part: Fault(since, "is starting, or being started again") for part, since in unready.items()}
    return _health(starting | dict(faults))


def _health(faults: dict[str, Fault]) -> Health:
    return Health(ok=not faults, faults=faults)
