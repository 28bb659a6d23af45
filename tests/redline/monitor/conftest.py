"""What the tests of the monitor share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from redline.homes import EmbeddedHomes, ServerHomes
from redline.monitor.installation import Installation
from schemas.times import Clock, utc_now

Looking = Callable[..., Installation]


@pytest.fixture
def looking() -> Iterator[Looking]:
    """Makes an ``Installation`` that looks when it is told to, and is closed at the end."""
    with ExitStack() as opened:

        def make(
            homes: EmbeddedHomes | ServerHomes, clock: Clock = utc_now, *, with_feeds: bool = False
        ) -> Installation:
            return opened.enter_context(closing(Installation(homes, clock, with_feeds=with_feeds)))

        yield make
