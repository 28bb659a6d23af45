"""What an owner knows is its window, no more and no less, however long it has been running."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.indexes.sqlite import SqliteIndex
from pipelines.novelty.assign import Novelty
from tests.pipelines.novelty.test_owner import AGAIN, DAM, NOON, SHIPS, Time, article, claims, owner, write

DAY = 86_400.0
WEEK = 7 * DAY


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def index(tmp_path: Path, time: Time) -> Iterator[SqliteIndex]:
    index = SqliteIndex(tmp_path / "index.sqlite", time)
    yield index
    index.close()


@pytest.mark.parametrize("restarted", [False, True])
def test_a_claim_is_known_for_as_long_as_it_is_reported(index: SqliteIndex, time: Time, restarted: bool) -> None:
    one = owner(index, time, "one")
    given = []
    for week, text in enumerate((DAM, AGAIN, DAM, AGAIN)):
        if restarted:
            one = owner(index, time, f"owner-{week}")
        assert one.take()
        assigned = one.own([article(f"week-{week}", text, seen=time())])
        write(index, assigned)
        write(index, one.own([article(f"other-{week}", SHIPS, seen=time())]))  # the first is no longer pending
        given += claims(assigned)
        time.pass_by(WEEK)
    assert len(set(given)) == 1, "the first report is three weeks old, the last but one is not"


@pytest.mark.parametrize("restarted", [False, True])
def test_what_has_left_the_window_is_news_again(index: SqliteIndex, time: Time, restarted: bool) -> None:
    one = owner(index, time, "one")
    assert one.take()
    first = one.own([article("old", DAM, seen=time())])
    write(index, first)
    write(index, one.own([article("between", SHIPS, seen=time())]))
    time.pass_by(15 * DAY)
    if restarted:
        one = owner(index, time, "two")
    assert one.take()
    again = one.own([article("new", DAM, seen=time())])
    assert claims(again) != claims(first)
    assert again[0].article.story == "new"


def test_a_clock_that_was_ahead_for_a_while_costs_no_memory(index: SqliteIndex, time: Time) -> None:
    one = owner(index, time, "one")
    assert one.take()
    first = one.own([article("a", DAM, seen=time())])
    write(index, first)
    time.pass_by(400 * DAY)
    assert one.take()
    write(index, one.own([article("far", SHIPS, seen=time())]))
    time.set_back(400 * DAY)
    assert one.take()
    assert claims(one.own([article("b", DAM, seen=time())])) == claims(first)


def test_nothing_is_left_of_what_is_forgotten() -> None:
    novelty = Novelty()
    for number, text in enumerate((DAM, SHIPS, AGAIN, DAM + " Twice.")):
        novelty.assign(article(f"a{number}", text, seen=NOON + timedelta(days=number)), None)
    novelty.forget(NOON + timedelta(days=1), most=2)
    assert len(novelty.stories) == 2
    assert novelty.stories.story_of("a1") is None
    assert novelty.stories.find(article("x", SHIPS).signature) is None
    assert novelty.stories.find(article("x", DAM).signature) == novelty.stories.story_of("a3")
    novelty.forget(NOON + timedelta(days=9), most=2)
    assert not vars(novelty.stories)["_known"]
    assert not any(vars(novelty.claims).values())


def test_only_so_many_articles_are_known_at_once() -> None:
    novelty = Novelty()
    for number in range(9):
        novelty.assign(article(f"a{number}", f"{DAM} Number {number}.", seen=NOON + timedelta(hours=number)), None)
    novelty.forget(NOON, most=4)
    assert [number for number in range(9) if novelty.stories.story_of(f"a{number}")] == [5, 6, 7, 8]
