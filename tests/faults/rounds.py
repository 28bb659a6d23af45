"""One round: news is published, a fault strikes while it is under way, and all must end as if nothing had been."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

from tests.faults.desk import Desk, FaultError, asked, leftover
from tests.faults.facts import Fact, differences, known, not_delivered, not_durable
from tests.faults.samples import Sample

READING, SENDING = "reading", "sending"
"""Places that need nothing in the services: a reading process at work, a request that the receiver holds."""
DOWN_S = 1.0
"""How long a server is away or a disk full before help comes."""
HOUR = timedelta(hours=1)
_CLOCKS = {"clock forward": HOUR, "clock back": -HOUR}


class Fault(NamedTuple):
    """What strikes, and where the work is then.

    ``what`` is a part to be killed (``fetch``, ``process``, ``reader``, ``notify``, ``run``, ``broker``, ``node``), or
    ``disk``, ``clock forward``, ``clock back``. ``place`` is one of ``tests.faults.inject``, or one of the above.
    """

    what: str
    place: str


class Outcome(NamedTuple):
    """How a round ended: seconds from the strike until all was indexed and delivered, and what was wrong."""

    seconds: float
    wrong: list[str]


class Breakable(NamedTuple):
    """A thing outside the services: how it is broken, and how it is made to work again."""

    strike: Callable[[], None]
    mend: Callable[[], None]


def play(
    desk: Desk, fault: Fault, news: Sequence[Sample], expected: Counter[Fact], things: Mapping[str, Breakable]
) -> Outcome:
    """Publish ``news``, let ``fault`` strike, and compare with ``expected`` when all is settled."""
    wrong: list[str] = []
    began = time.monotonic()
    try:
        with _under_way(desk, fault.place, news) as reader:
            began = time.monotonic()
            afterwards = _strike(desk, fault.what, reader, things)
        wrong += afterwards()
        desk.wait(desk.settled, "not settled")
    except FaultError as error:
        wrong.append(str(error))
    seconds = time.monotonic() - began
    return Outcome(seconds, wrong + asked(lambda: _compare(desk, expected), ["what it came to cannot be read"]))


def _compare(desk: Desk, expected: Counter[Fact]) -> list[str]:
    wrong = differences(known(desk.index), expected, desk.published)
    wrong += not_durable(desk.log, desk.index)
    return wrong + not_delivered(desk.log, desk.index, desk.arrivals.taken)


@contextmanager
def _under_way(desk: Desk, place: str, news: Sequence[Sample]) -> Iterator[int | None]:
    """Publish ``news`` and hold the work at ``place`` while the block runs; gives the reading process if one works."""
    if place == READING:
        desk.publish(news)
        yield desk.wait(desk.reader, "no reading process works", every=0.01)
    elif place == SENDING:
        with desk.arrivals.holding() as held:
            desk.publish(news)
            desk.wait(held.is_set, "nothing is delivered")
            yield None
    else:
        with desk.held_at(place) as held_at:
            desk.publish(news)
            desk.wait(held_at, f"nobody came by {place!r}", every=0.01)
            yield None


def _strike(desk: Desk, what: str, reader: int | None, things: Mapping[str, Breakable]) -> Callable[[], list[str]]:
    """Let ``what`` happen; returns what to do when the work is no longer held, which tells what was wrong."""
    if what in _CLOCKS:
        desk.set_clock(_CLOCKS[what])
        return list
    if what in things:
        things[what].strike()
        return lambda: _mend(desk, things[what])
    below = desk.kill(desk.pid(what) if what != "reader" or reader is None else reader)
    ahead: list[str] = asked(lambda: not_durable(desk.log, desk.index), [])
    return lambda: ahead + _restart(desk, what, below)


def _mend(desk: Desk, thing: Breakable) -> list[str]:
    time.sleep(DOWN_S)
    wrong = ["it had no effect"] if asked(desk.settled, False) else []
    thing.mend()
    return wrong


def _restart(desk: Desk, what: str, below: set[int]) -> list[str]:
    """The supervisor restarts all but itself."""
    if what == "run":
        desk.start()
    return [f"process {pid} outlived {what}, which it belonged to" for pid in leftover(below)]
