"""The embedded log keeps the contract, and what only a file can do wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from connectors.logs.sqlite import SqliteLog
from schemas.errors import RedlineError, UnavailableError
from schemas.protocols import Message
from tests.connectors.logs.contract import TOPIC, LogContract, OpenLog, read_all

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def utc_now() -> datetime:
    return datetime.now(UTC)


class TestSqliteLog(LogContract):
    @pytest.fixture
    def open_log(self, tmp_path: Path) -> OpenLog:
        return partial(SqliteLog, tmp_path / "log.sqlite", utc_now)


def test_the_clock_given_stamps_the_records(tmp_path: Path) -> None:
    times = iter([NOON, NOON + timedelta(microseconds=1)])
    with closing(SqliteLog(tmp_path / "log.sqlite", lambda: next(times), partitions=1)) as log:
        log.append(TOPIC, [Message("a", b"1"), Message("b", b"2")])
        log.append(TOPIC, [Message("a", b"3")])
        assert [record.appended for record in read_all(log)] == [NOON, NOON, NOON + timedelta(microseconds=1)]
        assert log.offset_at(TOPIC, 0, NOON + timedelta(microseconds=1)) == 2


def test_a_topic_keeps_the_partitions_that_it_began_with(tmp_path: Path) -> None:
    with closing(SqliteLog(tmp_path / "log.sqlite", utc_now, partitions=3)) as log:
        log.append(TOPIC, [Message("key", b"1")])
    with closing(SqliteLog(tmp_path / "log.sqlite", utc_now, partitions=8)) as log:
        log.append(TOPIC, [Message("key", b"2")])
        assert log.partitions(TOPIC) == 3
        assert log.partitions("alerts") == 8
        assert [record.value for record in read_all(log)] == [b"1", b"2"]


def test_a_batch_is_appended_whole_or_not_at_all(tmp_path: Path) -> None:
    with closing(SqliteLog(tmp_path / "log.sqlite", utc_now)) as log:
        with pytest.raises(AttributeError):
            log.append(TOPIC, [Message("a", b"1"), Message(None, b"2")])  # type: ignore[arg-type]
        assert read_all(log) == []
        log.append(TOPIC, [Message("a", b"1")])
        assert len(read_all(log)) == 1


@pytest.mark.parametrize(
    "write",
    [
        lambda log: log.append(TOPIC, [Message("key", b"1")]),
        lambda log: log.commit("process", TOPIC, {0: 1}),
        lambda log: log.trim(TOPIC, NOON),
    ],
)
def test_a_file_locked_for_too_long_is_unavailable_and_reading_goes_on(
    tmp_path: Path, write: Callable[[SqliteLog], None]
) -> None:
    path = tmp_path / "log.sqlite"
    with closing(SqliteLog(path, utc_now, timeout=0.05)) as log, closing(sqlite3.connect(path)) as other:
        log.append(TOPIC, [Message("key", b"0")])
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnavailableError, match=r"log\.sqlite: database is locked: another process") as caught:
            write(log)
        assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
        assert [record.value for record in read_all(log)] == [b"0"]
        with closing(SqliteLog(path, utc_now, timeout=0.05)) as second:
            assert second.end(TOPIC, read_all(log)[0].partition) == 1
        other.rollback()
        write(log)


def test_a_full_disk_is_unavailable_and_loses_nothing_acknowledged(tmp_path: Path) -> None:
    with closing(SqliteLog(tmp_path / "log.sqlite", utc_now)) as log:
        log.append(TOPIC, [Message("key", b"0")])
        with log._database.write() as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
        log._database._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(UnavailableError, match="the disk is full"):
            log.append(TOPIC, [Message("key", bytes(100_000))])
        assert [record.value for record in read_all(log)] == [b"0"]


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    path.write_text("This is a letter, and longer than the header of a database. " * 20)
    with pytest.raises(RedlineError, match=r"log\.sqlite: file is not a database") as caught:
        SqliteLog(path, utc_now)
    assert not isinstance(caught.value, UnavailableError)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="see that its folder exists"):
        SqliteLog(tmp_path / "missing" / "log.sqlite", utc_now)


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 77")
    with pytest.raises(RedlineError, match="another version of Redline"):
        SqliteLog(path, utc_now)


def test_acknowledged_means_synchronous_full(tmp_path: Path) -> None:
    # A power cut cannot be tested here; the setting that withstands it can.
    with closing(SqliteLog(tmp_path / "log.sqlite", utc_now)) as log, log._database.read() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
