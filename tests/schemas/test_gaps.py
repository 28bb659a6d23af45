"""What retention takes before it was read is noted once, and the reader goes on at the earliest record left."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.indexes.sqlite import SqliteIndex
from connectors.logs.sqlite import SqliteLog
from schemas.gaps import Gap, known_gaps, note, unread
from schemas.protocols import Message

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Home:
    """A log of one partition and an index; the clock is put by hand."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.log = SqliteLog(folder / "log.sqlite", lambda: self.now, partitions=1)
        self.index = SqliteIndex(folder / "index.sqlite", lambda: self.now)

    def append(self, count: int) -> None:
        self.log.append("articles", [Message("a", b"{}")] * count)
        self.now += timedelta(minutes=1)

    def trim(self) -> None:
        """Remove all that is there."""
        self.log.trim("articles", self.now)

    def unread(self) -> range:
        return unread(self.log, self.index, "process", "articles", self.now)[0]

    def gaps(self) -> list[tuple[int, int]]:
        return [(gap.first, gap.last) for gap in known_gaps(self.index)]

    def close(self) -> None:
        self.log.close()
        self.index.close()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with closing(Home(tmp_path)) as home:
        yield home


def test_a_gap_is_noted_once_and_passed(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    home.append(70)
    home.log.commit("process", "articles", {0: 40})
    home.trim()
    home.append(40)
    with caplog.at_level(logging.ERROR):
        assert home.unread() == range(70, 110)
        assert home.unread() == range(70, 110)
    assert home.gaps() == [(40, 69)]
    (gap,) = known_gaps(home.index)
    assert str(gap) == "articles: offsets 40 to 69 (30 records) of partition 0 were gone before process read them"
    assert [record.message for record in caplog.records] == ["retention removed what was not read"]
    assert home.log.committed("process", "articles") == {0: 70}


def test_all_that_waited_is_gone(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    home.append(70)
    home.log.commit("process", "articles", {0: 69})
    home.trim()
    for _ in range(3):
        assert home.unread() == range(70, 70)
    assert home.gaps() == [(69, 69)]
    assert "(1 record)" in str(known_gaps(home.index)[0])
    assert len(caplog.records) == 1


def test_a_group_that_never_committed_begins_with_the_earliest(home: Home) -> None:
    home.append(20)
    home.trim()
    home.append(5)
    assert home.unread() == range(20, 25)
    assert home.gaps() == []


def test_what_a_group_that_has_begun_never_came_to_is_noted(home: Home) -> None:
    assert home.unread() == range(0)
    home.append(20)
    home.trim()
    assert home.unread() == range(20, 20)
    assert home.gaps() == [(0, 19)]


def test_a_group_that_stands_beyond_the_end_begins_with_the_earliest(home: Home) -> None:
    home.append(5)
    home.log.commit("process", "articles", {0: 70})
    assert home.unread() == range(5)
    assert home.log.committed("process", "articles") == {0: 0}
    assert home.gaps() == []


def test_nothing_is_passed_before_it_is_noted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.append(3)
    home.log.commit("process", "articles", {0: 1})
    home.trim()

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(SqliteIndex, "put", fail)
        with pytest.raises(ZeroDivisionError):
            home.unread()
    with monkeypatch.context() as patch:
        patch.setattr(SqliteLog, "commit", fail)
        with pytest.raises(ZeroDivisionError):
            home.unread()
    assert home.unread() == range(3, 3)
    assert home.gaps() == [(1, 2)]


def test_two_that_note_at_once_lose_none(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def gap(first: int) -> Gap:
        return Gap(group="process", topic="articles", partition=0, first=first, last=first, noticed=NOW)

    put = SqliteIndex.put

    def late(*arguments: object) -> object:
        monkeypatch.setattr(SqliteIndex, "put", put)
        note(home.index, [gap(1)])
        return put(*arguments)  # type: ignore[arg-type]

    note(home.index, [gap(0)])
    monkeypatch.setattr(SqliteIndex, "put", late)
    note(home.index, [gap(2)])
    assert home.gaps() == [(0, 0), (1, 1), (2, 2)]


STEPS = st.lists(st.one_of(st.integers(1, 5), st.sampled_from(["trim", "read"])), max_size=25)


@settings(max_examples=30, deadline=None)
@given(STEPS)
def test_law_each_offset_is_read_or_told_gone(steps: list[int | str]) -> None:
    with TemporaryDirectory() as folder, closing(Home(Path(folder))) as home:
        home.unread()
        read: list[int] = []
        appended = 0
        for step in [*steps, "read"]:
            if isinstance(step, int):
                home.append(step)
                appended += step
            elif step == "trim":
                home.trim()
            else:
                part = home.unread()
                read += [record.offset for record in home.log.read("articles", 0, part.start, 1000)]
                home.log.commit("process", "articles", {0: part.stop})
        gone = [offset for first, last in home.gaps() for offset in range(first, last + 1)]
        assert sorted(read + gone) == list(range(appended))
