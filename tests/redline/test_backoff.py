import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redline.backoff import Backoff, patiently
from redline.lifecycle import Stop
from schemas.errors import UnavailableError


@given(st.integers(1, 10_000))
def test_waits_grow_and_are_bounded(failures: int) -> None:
    backoff = Backoff(first=0.5, longest=30)
    assert 0.5 <= backoff.delay(failures) <= backoff.delay(failures + 1) <= 30


def test_the_first_wait_is_the_first() -> None:
    assert [Backoff(first=1, longest=5).delay(n) for n in (1, 2, 3, 4)] == [1, 2, 4, 5]


def test_tries_until_there_is_an_answer() -> None:
    answers = iter([False, False, True])

    def ask() -> str:
        if next(answers):
            return "here"
        raise UnavailableError("down")

    assert patiently(ask, Stop()) == "here"


def test_the_stop_ends_the_trying() -> None:
    stop = Stop()

    def ask() -> None:
        raise UnavailableError("down")

    threading.Timer(0.1, stop.set).start()
    with pytest.raises(UnavailableError, match="down"):
        patiently(ask, stop)
