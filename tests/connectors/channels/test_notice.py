from hypothesis import given
from hypothesis import strategies as st

from connectors.channels.notice import stages
from schemas.records import Trace
from tests.connectors.channels.examples import ALERT, seconds


def test_each_stage_and_the_whole() -> None:
    assert stages(ALERT.trace, seconds(2)) == {
        "fetched": 1.0,
        "enriched": 0.5,
        "matched": 0.25,
        "delivered": 0.25,
        "total": 2.0,
    }


def test_without_a_date_of_publishing_the_count_begins_at_fetching() -> None:
    spent = stages(Trace(fetched=seconds(1), matched=seconds(4)), seconds(5))
    assert spent == {"matched": 3.0, "delivered": 1.0, "total": 4.0}


@given(st.lists(st.integers(0, 10**6), min_size=5, max_size=5), st.booleans(), st.booleans())
def test_the_stages_add_up(times: list[int], published: bool, enriched: bool) -> None:
    first, fetched, read, matched, delivered = (seconds(time) for time in times)
    trace = Trace(
        published=first if published else None,
        fetched=fetched,
        enriched=read if enriched else None,
        matched=matched,
    )
    spent = stages(trace, delivered)
    total = spent.pop("total")
    assert sum(spent.values()) == total
