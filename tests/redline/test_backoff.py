from hypothesis import given
from hypothesis import strategies as st

from redline.backoff import Backoff


@given(st.integers(1, 10_000))
def test_waits_grow_and_are_bounded(failures: int) -> None:
    backoff = Backoff(first=0.5, longest=30)
    assert 0.5 <= backoff.delay(failures) <= backoff.delay(failures + 1) <= 30


def test_the_first_wait_is_the_first() -> None:
    assert [Backoff(first=1, longest=5).delay(n) for n in (1, 2, 3, 4)] == [1, 2, 4, 5]
