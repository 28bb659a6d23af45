"""The embedded index keeps the contract, and what only a file can do wrong."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from connectors.indexes.sqlite import SqliteIndex
from schemas.errors import UnavailableError
from schemas.query.parse import parse
from schemas.query.tree import Query, Words
from schemas.records import Record
from tests.connectors.indexes.contract import SPAWN, IndexContract, OpenIndex
from tests.connectors.indexes.samples import NOON, alert, article, mark, minutes
from tests.connectors.indexes.search_contract import SearchContract


def noon() -> datetime:
    return NOON


def utc_now() -> datetime:
    return datetime.now(UTC)


class TestSqliteIndex(IndexContract):
    @pytest.fixture
    def open_index(self, tmp_path: Path) -> OpenIndex:
        return partial(SqliteIndex, tmp_path / "index.sqlite", noon)


class TestSqliteSearch(SearchContract):
    @pytest.fixture
    def open_index(self, tmp_path: Path) -> OpenIndex:
        # Noon, a moment later each time: what was written later must be seen to be.
        moments = count()
        return partial(SqliteIndex, tmp_path / "index.sqlite", lambda: NOON + timedelta(microseconds=next(moments)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite"


@pytest.fixture
def index(path: Path) -> Iterator[SqliteIndex]:
    with closing(SqliteIndex(path, noon, timeout=0.05)) as index:
        yield index


@pytest.mark.parametrize(
    "write",
    [
        lambda index: index.upsert("articles", [article()]),
        lambda index: index.create("articles", [article()]),
        lambda index: index.put("marks", mark(), None),
        lambda index: index.delete("articles", ["a1"]),
    ],
)
def test_a_file_locked_for_too_long_is_unavailable_and_reading_goes_on(
    index: SqliteIndex, path: Path, write: Callable[[SqliteIndex], None]
) -> None:
    index.upsert("articles", [article("a0")])
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnavailableError, match=r"index\.sqlite: database is locked: another process") as caught:
            write(index)
        assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
        assert [record.id for record in index.search("articles", None).records] == ["a0"]
        with closing(SqliteIndex(path, noon, timeout=0.05)) as second:
            assert len(list(second.scan("articles"))) == 1
        other.rollback()
        write(index)


def hold_the_lock(path: Path, times: int, seconds: float) -> None:
    """What a second shell does that takes the file for itself, again and again."""
    with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as other:
        for _ in range(times):
            other.execute("BEGIN IMMEDIATE")
            other.execute("UPDATE scratch SET value = value + 1")
            time.sleep(seconds)
            other.execute("COMMIT")
            time.sleep(0.01)


def test_writers_wait_for_one_who_holds_the_file_again_and_again(path: Path) -> None:
    with closing(SqliteIndex(path, utc_now)) as index, closing(SqliteIndex(path, utc_now)) as commands:
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE scratch AS SELECT 0 AS value")
        holder = SPAWN.Process(target=hold_the_lock, args=(path, 6, 0.2))
        holder.start()
        written = 0
        while holder.is_alive() or written < 20:
            index.upsert("articles", [article(f"a{written}", at=written)])
            # What a command does: it reads, then writes on what it read.
            commands.create("alerts", [alert("t1")])
            found = commands.get("alerts", ["t1"])["t1"]
            assert commands.put("alerts", alert("t1", version=written + 2, state="seen"), found.revision) is not None
            assert commands.search("articles", None, limit=1).records == [article(f"a{written}", at=written)]
            commands.delete("alerts", ["t1"])
            written += 1
        holder.join()
        assert holder.exitcode == 0
        assert len(list(index.scan("articles"))) == written
        with closing(sqlite3.connect(path)) as other:
            assert other.execute("SELECT value FROM scratch").fetchone() == (6,)


def test_a_batch_is_written_whole_or_not_at_all(index: SqliteIndex, path: Path) -> None:
    index.upsert("articles", [article("a0")])
    with closing(sqlite3.connect(path)) as other:
        other.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON articles WHEN new.id = 'bad' BEGIN SELECT raise(ABORT, ''); END"
        )
    batch: list[Record] = [article("a0", "strait", version=2), article("a1", "strait"), article("bad")]
    with pytest.raises(sqlite3.IntegrityError):
        index.upsert("articles", batch)
    assert list(index.scan("articles")) == [article("a0")]
    strait = Query("strait", "articles", Words("strait", ("title",), ("strait",)))
    assert index.search("articles", strait).records == []


def test_a_record_of_another_index_is_refused(index: SqliteIndex) -> None:
    with pytest.raises(TypeError, match="articles holds EnrichedArticle, not Mark"):
        index.upsert("articles", [mark()])
    with pytest.raises(ValueError, match="there is no index 'artikles'; there are articles"):
        index.get("artikles", ["a1"])


def test_an_alert_keeps_its_place_when_its_state_changes(path: Path) -> None:
    times = iter(minutes(at) for at in count())
    with closing(SqliteIndex(path, lambda: next(times))) as index:
        index.create("alerts", [alert("t1")])
        index.create("alerts", [alert("t2")])
        index.upsert("alerts", [alert("t1", version=2, state="seen")])
        assert [record.id for record in index.search("alerts", None).records] == ["t2", "t1"]


def test_times_beyond_the_rows_are_still_in_order(index: SqliteIndex) -> None:
    years = [2, 1815, 1969, 2026, 2110, 2300, 9999]
    index.upsert("articles", [article(str(y), first_seen=datetime(y, 1, 1, tzinfo=UTC)) for y in years])
    assert [record.id for record in index.search("articles", None).records] == [str(y) for y in reversed(years)]
    page = index.search("articles", None, limit=2)
    assert [r.id for r in index.search("articles", None, limit=2, after=page.after).records] == ["2110", "2026"]
    assert {record.id for record in index.scan("articles", datetime(2200, 1, 1, tzinfo=UTC))} == {"2300", "9999"}


def test_a_page_of_the_newest_does_not_read_all_hits(index: SqliteIndex) -> None:
    # Steps of SQLite's machine, not time: with every hit sorted there would be a hundred times as many.
    index.upsert("articles", [article(f"a{at}", "canal", at) for at in range(3000)])
    canal = Query("canal", "articles", Words("canal", ("title",), ("canal",)))
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    index._database._connection.set_progress_handler(step, 100)
    index.search("articles", canal, limit=20)
    assert steps < 50


def test_a_search_of_an_old_time_does_not_walk_through_all_that_came_since(index: SqliteIndex) -> None:
    index.upsert("articles", [article(f"a{at}", "canal", at) for at in range(3000)])
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    index._database._connection.set_progress_handler(step, 100)
    old = parse("canal first_seen:[2026-01-01 TO 2026-11-25T12:04:00Z]", "articles")
    assert [record.id for record in index.search("articles", old).records] == [f"a{at}" for at in reversed(range(5))]
    assert steps < 50


def test_facets_of_one_record_follow_it(index: SqliteIndex) -> None:
    index.upsert("articles", [article("a", lang="en", tags=("World", "New Torvia")), article("b", lang="ru")])
    index.upsert("articles", [article("a", lang="uk", tags=("World",), version=2)])
    index.delete("articles", ["b"])
    assert index.search("articles", None, facets=["lang", "tag"]).facets == {"lang": {"uk": 1}, "tag": {"world": 1}}
