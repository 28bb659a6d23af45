"""The embedded log: topics of ordered partitions in one SQLite file, for one desk and no server."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from sqlite3 import Connection
from threading import Event

from connectors.sqlite import LOCK_TIMEOUT, Database
from schemas.protocols import LogRecord, Message
from schemas.times import from_micros, to_micros

LOOK_S = 0.03
"""Between two looks for what came; one takes a tenth of a millisecond or two."""
_SCHEMA = (
    # The offset of the next record outlives the records, so that trimming never gives an offset twice.
    """CREATE TABLE partitions (
        topic TEXT, partition INTEGER, "end" INTEGER NOT NULL, PRIMARY KEY (topic, partition)) WITHOUT ROWID""",
    """CREATE TABLE records (
        topic TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL, appended INTEGER NOT NULL,
        key TEXT NOT NULL, value BLOB)""",
    "CREATE UNIQUE INDEX by_offset ON records (topic, partition, offset)",
    "CREATE INDEX by_time ON records (topic, partition, appended, offset)",
    """CREATE TABLE commits (
        consumers TEXT, topic TEXT, partition INTEGER, offset INTEGER NOT NULL,
        PRIMARY KEY (consumers, topic, partition)) WITHOUT ROWID""",
)


class SqliteLog:
    """A ``Log`` (see ``schemas.protocols``) in the file ``path``, which is made where it is not there.

    A topic keeps the number of partitions that it got with its first record.
    """

    def __init__(
        self, path: Path, clock: Callable[[], datetime], partitions: int = 4, timeout: float = LOCK_TIMEOUT
    ) -> None:
        """Open the log; ``partitions`` is for topics yet to come, ``timeout`` the seconds to wait for other writers."""
        self._database = Database(path, _SCHEMA, timeout)
        self._clock = clock
        self._partitions = partitions

    def partitions(self, topic: str) -> int:
        """How many partitions ``topic`` has; they are numbered from 0."""
        with self._database.read() as connection:
            return len(_ends(connection, topic)) or self._partitions

    def append(self, topic: str, messages: Sequence[Message]) -> None:
        """Append ``messages`` in one transaction: all of them or none; when this returns they are on the disk."""
        if not messages:
            return
        with self._database.write() as connection:
            ends = _ends(connection, topic) or dict.fromkeys(range(self._partitions), 0)
            appended = to_micros(self._clock())
            rows = []
            for key, value in messages:
                partition = _partition(key, len(ends))
                rows.append((topic, partition, ends[partition], appended, key, value))
                ends[partition] += 1
            connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)", rows)
            connection.executemany(
                "INSERT OR REPLACE INTO partitions VALUES (?, ?, ?)",
                [(topic, partition, end) for partition, end in ends.items()],
            )

    def read(self, topic: str, partition: int, offset: int, limit: int) -> list[LogRecord]:
        """At most ``limit`` records from the first offset at or after ``offset``, in order; empty at the end."""
        with self._database.read() as connection:
            rows = connection.execute(
                """SELECT offset, key, value, appended FROM records
                WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?""",
                (topic, partition, offset, limit),
            ).fetchall()
        return [LogRecord(topic, partition, at, key, value, from_micros(time)) for at, key, value, time in rows]

    def wait(self, topic: str, offsets: Mapping[int, int], seconds: float, stop: Event) -> bool:
        """Wait until a partition has a record at or after its offset; False after ``seconds`` without, or ``stop``."""
        deadline = time.monotonic() + seconds
        while not self._holds(topic, offsets):
            if time.monotonic() > deadline or stop.wait(LOOK_S):
                return False
        return True

    def earliest(self, topic: str, partition: int) -> int:
        """The offset of the first record left; the end where there is none."""
        return self._first(topic, partition, "")

    def end(self, topic: str, partition: int) -> int:
        """The offset that the next record will get."""
        with self._database.read() as connection:
            return _ends(connection, topic).get(partition, 0)

    def offset_at(self, topic: str, partition: int, time: datetime) -> int:
        """The offset of the first record appended at or after ``time``; the end where there is none."""
        return self._first(topic, partition, "AND appended >= ?", to_micros(time))

    def commit(self, group: str, topic: str, offsets: Mapping[int, int]) -> None:
        """Store for ``group`` the offset of the next record to read, by partition."""
        with self._database.write() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO commits VALUES (?, ?, ?, ?)",
                [(group, topic, partition, offset) for partition, offset in offsets.items()],
            )

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """The offsets stored for ``group``, by partition; a partition never committed is absent."""
        with self._database.read() as connection:
            return dict(
                connection.execute(
                    "SELECT partition, offset FROM commits WHERE consumers = ? AND topic = ?", (group, topic)
                ).fetchall()
            )

    def trim(self, topic: str, before: datetime) -> int:
        """Remove the records of ``topic`` appended before ``before``; returns how many went."""
        trimmed = 0
        for partition in range(self.partitions(topic)):
            while removed := self._trim(topic, partition, to_micros(before)):
                trimmed += removed
        return trimmed

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _holds(self, topic: str, offsets: Mapping[int, int]) -> bool:
        with self._database.read() as connection:
            return any(end > offsets.get(partition, 0) for partition, end in _ends(connection, topic).items())

    def _trim(self, topic: str, partition: int, before: int) -> int:
        # Few at a time, so that writers wait only shortly.
        with self._database.write() as connection:
            return connection.execute(
                """DELETE FROM records WHERE rowid IN (
                    SELECT rowid FROM records WHERE topic = ? AND partition = ? AND appended < ? LIMIT 2000)""",
                (topic, partition, before),
            ).rowcount

    def _first(self, topic: str, partition: int, condition: str, *values: int) -> int:
        with self._database.read() as connection:
            (offset,) = connection.execute(
                f"SELECT min(offset) FROM records WHERE topic = ? AND partition = ? {condition}",
                (topic, partition, *values),
            ).fetchone()
            return _ends(connection, topic).get(partition, 0) if offset is None else int(offset)


def _ends(connection: Connection, topic: str) -> dict[int, int]:
    return dict(connection.execute('SELECT partition, "end" FROM partitions WHERE topic = ?', (topic,)).fetchall())


def _partition(key: str, count: int) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) % count
