from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.faults.plan import EMBEDDED, SERVERS, left, plan
from tests.faults.samples import Samples
from tests.faults.tally import Entry, Tally, table


def test_the_plan_has_the_kills_that_it_must_have() -> None:
    stretches = plan(8, 14)
    struck = Counter(fault.what for stretch in stretches for fault in stretch.faults)
    assert sum(struck[what] for what in ("fetch", "process", "reader", "notify", "run")) >= 160
    assert struck["broker"] >= 15
    assert struck["node"] >= 10
    assert {stretch.home for stretch in stretches if any(fault.what == "node" for fault in stretch.faults)} == {SERVERS}
    assert all(len(stretch.faults) <= 14 for stretch in stretches)
    assert plan(8, 14) == stretches != plan(9, 14)


def test_a_run_that_was_cut_off_goes_on_with_what_is_left() -> None:
    first, second, *others = plan(8, 14)
    rest = list(left([first, second, *others], {0, 1, 2}))
    assert rest == [first._replace(first=3, faults=first.faults[3:]), second, *others]
    assert list(left([first, second], set(range(28)))) == []


def test_the_tally_outlives_its_process(tmp_path: Path) -> None:
    entries = [
        Entry(0, EMBEDDED, "process", "reading", 2.0),
        Entry(1, EMBEDDED, "process", "reading", 4.0),
        Entry(2, SERVERS, "node", "reading", 9.0, ("lost: an article",)),
    ]
    tally = Tally(tmp_path / "new" / "tally.jsonl")
    for entry in entries:
        tally.add(entry)
    again = Tally(tmp_path / "new" / "tally.jsonl")
    assert again.entries == entries
    assert again.numbers() == {0, 1, 2}
    assert table(again.entries).splitlines()[2:] == [
        "| embedded | process | 2 | 0 | 3.0 / 4.0 |",
        "| servers | node | 1 | 1 | - |",
    ]


def test_samples_are_the_same_for_the_same_seed_and_no_two_claims_have_one_side() -> None:
    samples = Samples(8)
    rounds = [samples.articles(number) for number in range(samples.rounds)]
    assert rounds == [Samples(8).articles(number) for number in range(samples.rounds)]
    urls = [each.url for articles in rounds for each in articles]
    assert len(urls) == len(set(urls))
    claims = Counter(each.claim for articles in rounds for each in articles if each.claim is not None)
    assert sorted(claims.values()) == [1] * samples.rounds + [2] * samples.rounds
