"""Which faults strike where: the decks that the rounds of a run are drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from random import Random
from typing import NamedTuple

from tests.faults.rounds import READING, SENDING, Fault

EMBEDDED, SMALL_DISK, SERVERS = "embedded", "small disk", "servers"
KILLS = (
    Fault("fetch", "before append articles"),
    Fault("fetch", "after append articles"),  # published, but not remembered
    Fault("process", READING),
    Fault("process", "after put owner"),  # decided, but nothing of it written: between the two writes of a claim
    Fault("process", "after upsert articles"),
    Fault("process", "after upsert statements"),
    Fault("process", "after upsert claims"),
    Fault("process", "after append alerts"),  # between the two writes of an alert
    Fault("process", "before commit process"),
    Fault("reader", READING),
    Fault("reader", READING),
    Fault("notify", "after create deliveries"),
    Fault("notify", "before commit notify"),
    Fault("notify", "before upsert deliveries"),  # sent, but not marked
    Fault("notify", SENDING),
    Fault("run", READING),
    Fault("run", "after append articles"),
    Fault("run", "after append alerts"),
)
"""Kills of our own processes."""

CLOCKS = (Fault("clock forward", READING), Fault("clock back", "after put owner"))
DISKS = (
    Fault("disk", "before append articles"),
    Fault("disk", "before put owner"),
    Fault("disk", "before upsert articles"),
    Fault("disk", "before append alerts"),
    Fault("disk", "before create deliveries"),
)
BROKERS = (
    Fault("broker", READING),
    Fault("broker", "before append articles"),
    Fault("broker", "before append alerts"),
    Fault("broker", "before commit process"),
    Fault("broker", "before commit notify"),
)
NODES = (
    Fault("node", "before put owner"),
    Fault("node", "before upsert articles"),
    Fault("node", "before upsert claims"),
    Fault("node", "before create alerts"),
    Fault("node", "before create deliveries"),
)


class Stretch(NamedTuple):
    """The rounds of one installation: its home, the number of the first round, and the faults."""

    home: str
    first: int
    faults: Sequence[Fault]


def plan(seed: int, rounds: int) -> list[Stretch]:
    """All rounds of a long run, in installations of at most ``rounds``; the same for the same seed."""
    random = Random(seed)
    embedded = _deal(random, KILLS, 5) + _deal(random, CLOCKS, 2)
    servers = _deal(random, KILLS, 4) + _deal(random, BROKERS, 3) + _deal(random, NODES, 2)
    disks = _deal(random, DISKS, 1)
    for faults in (embedded, servers):
        random.shuffle(faults)
    dealt = {EMBEDDED: embedded, SMALL_DISK: disks, SERVERS: servers}
    # The homes take turns, so that also a run that is cut off has seen all of them.
    pieces = [
        (home, faults[at : at + rounds])
        for at in range(0, max(map(len, dealt.values())), rounds)
        for home, faults in dealt.items()
        if at < len(faults)
    ]
    firsts = accumulate((len(faults) for _, faults in pieces), initial=0)
    return [Stretch(home, first, faults) for first, (home, faults) in zip(firsts, pieces, strict=False)]


def _deal(random: Random, deck: Sequence[Fault], times: int) -> list[Fault]:
    """The cards of ``deck`` so many times."""
    return [card for _ in range(times) for card in random.sample(deck, len(deck))]


def left(stretches: Sequence[Stretch], played: set[int]) -> Iterator[Stretch]:
    """What is left of ``stretches`` when the rounds ``played`` are done."""
    for home, first, faults in stretches:
        start = next((at for at in range(len(faults)) if first + at not in played), len(faults))
        if start < len(faults):
            yield Stretch(home, first + start, faults[start:])
