"""A record that fails again and again is one letter whose count tells how often, however often a failure is told."""

from __future__ import annotations

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
from schemas.dead_letters import TOPIC, again, bury, letter_of
from schemas.protocols import LogRecord
from schemas.records import DeadLetter, decode

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def record(offset: int, key: str = "a1", value: bytes = b"{") -> LogRecord:
    return LogRecord("articles", 2, offset, key, value, NOW)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    with closing(SqliteLog(tmp_path / "log.sqlite", lambda: NOW)) as log:
        yield log


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqliteIndex]:
    with closing(SqliteIndex(tmp_path / "index.sqlite", lambda: NOW)) as index:
        yield index


def appended(log: SqliteLog) -> list[DeadLetter]:
    records = [one for part in range(log.partitions(TOPIC)) for one in log.read(TOPIC, part, 0, 1000)]
    return [decode(one.value or b"", DeadLetter) for one in records]


def test_a_letter_names_the_place_of_its_record() -> None:
    letter = letter_of(record(17), "decode", "no JSON", NOW)
    assert (letter.id, letter.topic, letter.partition, letter.offset) == ("articles/2/17", "articles", 2, 17)
    assert (letter.record, letter.stage, letter.tries, letter.state) == (b"{", "decode", 1, "open")


def test_what_was_put_back_and_fails_is_the_same_letter(log: SqliteLog, index: SqliteIndex) -> None:
    first = letter_of(record(17), "decode", "no JSON", NOW)
    bury(log, index, [first])
    message = again(first)
    assert message.value == first.record
    second = letter_of(record(40, message.key), "read", "too slow", NOW + timedelta(hours=1))
    bury(log, index, [second])
    (stored,) = index.scan(TOPIC)
    assert isinstance(stored, DeadLetter)
    assert (stored.id, stored.offset, stored.tries) == ("articles/2/17", 17, 2)
    assert (stored.stage, stored.error, stored.failed) == ("read", "too slow", NOW + timedelta(hours=1))
    assert appended(log) == [first, stored]


@pytest.mark.parametrize("key", ["again/", "again/x/articles/1/2", "again/1", "again/1/", "an/again/1/articles/1/2"])
def test_a_key_of_another_kind_makes_a_letter_of_its_own(key: str) -> None:
    letter = letter_of(record(3, key), "decode", "no JSON", NOW)
    assert (letter.id, letter.tries) == ("articles/2/3", 1)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), max_size=12))
def test_law_each_failure_counts_once_however_often_it_is_told(told: list[tuple[int, int]]) -> None:
    """Each item: a record fails for another time, and so often the pipeline tells of it (it repeats what it did)."""
    with (
        TemporaryDirectory() as folder,
        closing(SqliteLog(Path(folder) / "log.sqlite", lambda: NOW)) as log,
        closing(SqliteIndex(Path(folder) / "index.sqlite", lambda: NOW)) as index,
    ):
        last: dict[int, DeadLetter] = {}
        for at, (number, times) in enumerate(told):
            key = again(last[number]).key if number in last else "a1"
            offset = 100 + at if number in last else number
            for _ in range(times):
                bury(log, index, [letter_of(record(offset, key), "read", "too slow", NOW)] * times)
            found = index.get(TOPIC, [f"articles/2/{number}"])[f"articles/2/{number}"].record
            assert isinstance(found, DeadLetter)
            last[number] = found
        assert index.count(TOPIC) == len(last)
        for number, letter in last.items():
            assert letter.tries == sum(1 for one, _ in told if one == number)
        assert len(appended(log)) == len(told)
