"""A few faults of each sort in one installation of each home; ``python -m tests.faults`` plays many more."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from infra.errors import MissingToolError
from tests.faults.facts import Fact
from tests.faults.homes import Homes, Installation
from tests.faults.plan import EMBEDDED, SERVERS, SMALL_DISK
from tests.faults.rounds import READING, Fault, play
from tests.faults.samples import Samples
from tests.faults.undisturbed import undisturbed

pytestmark = pytest.mark.integration
SEED = 8
SHORT = {
    EMBEDDED: (
        Fault("fetch", "after append articles"),
        Fault("process", "after append alerts"),
        Fault("reader", READING),
        Fault("notify", "before upsert deliveries"),
        Fault("clock forward", READING),
        Fault("clock back", "after put owner"),
        Fault("process", "after put owner"),
        Fault("run", READING),
    ),
    SMALL_DISK: (Fault("disk", "before append articles"), Fault("disk", "before upsert articles")),
    SERVERS: (
        Fault("broker", "before append alerts"),
        Fault("process", "after put owner"),
        Fault("node", "before upsert articles"),
    ),
}


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homes]:
    with Homes(tmp_path_factory.mktemp("faults")) as homes:
        yield homes


@pytest.fixture(scope="module")
def expected(homes: Homes) -> Counter[Fact]:
    return undisturbed(homes, Samples(SEED))


@pytest.fixture(params=SHORT)
def installed(request: pytest.FixtureRequest, homes: Homes) -> Iterator[tuple[str, Installation]]:
    with ExitStack() as stack:
        try:
            installation = stack.enter_context(homes.install(request.param))
        except MissingToolError as error:
            if os.environ.get("CI") == "true" and request.param == SERVERS:
                raise
            pytest.skip(str(error))
        yield request.param, installation


def test_all_ends_as_if_nothing_had_been(installed: tuple[str, Installation], expected: Counter[Fact]) -> None:
    home, (desk, things) = installed
    for number, fault in enumerate(SHORT[home]):
        assert not play(desk, fault, Samples(SEED).articles(number), expected, things).wrong, fault
