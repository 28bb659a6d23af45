"""What one can set about fetching feeds."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1)]


class FetchSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Durations are in seconds, sizes in bytes after decompression.

    A feed is fetched every ``interval``, one that fails ever more seldom, up to ``longest_interval`` apart.
    """

    interval: Seconds = 120
    longest_interval: Seconds = 3600
    timeout: Seconds = 30
    max_bytes: Count = 10_000_000
    max_redirects: Count = 5
    concurrency: Count = 50
    per_host: Count = 2
    user_agent: str = "Redline/0.1 (feed reader)"
