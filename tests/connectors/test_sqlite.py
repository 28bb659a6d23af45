"""What log and index rely on in their files: whole transactions, whoever dies or comes at once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from connectors.sqlite import Database
from schemas.errors import RedlineError

SCHEMA = ("CREATE TABLE numbers (number INTEGER)", "INSERT INTO numbers VALUES (0)")
SPAWN = multiprocessing.get_context("spawn")


def numbers(database: Database) -> list[int]:
    with database.read() as connection:
        return [number for (number,) in connection.execute("SELECT number FROM numbers ORDER BY number")]


def stop_in_a_transaction(path: Path, reached: Connection) -> None:
    with closing(Database(path, SCHEMA)) as database, database.write() as connection:
        # More than the page cache holds, so that part of it is in the file before the end.
        connection.execute("PRAGMA cache_size = 10")
        connection.executemany("INSERT INTO numbers VALUES (?)", ((number,) for number in range(1, 50_000)))
        reached.send(None)
        time.sleep(600)


def open_at(path: Path, moment: float) -> None:
    time.sleep(max(0.0, moment - time.time()))
    Database(path, SCHEMA).close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "file.sqlite", SCHEMA)) as database:
        yield database


def test_a_writer_killed_in_its_transaction_leaves_nothing_of_it_and_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "file.sqlite"
    receiving, sending = SPAWN.Pipe(duplex=False)
    writer = SPAWN.Process(target=stop_in_a_transaction, args=(path, sending))
    writer.start()
    receiving.recv()
    with closing(Database(path, SCHEMA, timeout=0.05)) as database:
        assert numbers(database) == [0]
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        assert numbers(database) == [0]
        with database.write() as connection:
            connection.execute("INSERT INTO numbers VALUES (7)")
        assert numbers(database) == [0, 7]


def test_processes_may_create_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "file.sqlite"
    moment = time.time() + 1.0
    processes = [SPAWN.Process(target=open_at, args=(path, moment)) for _ in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 6
    with closing(Database(path, SCHEMA)) as database:
        assert numbers(database) == [0]


def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    def interrupted() -> None:
        with database.write() as connection:
            connection.execute("INSERT INTO numbers VALUES (7)")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert numbers(database) == [0]


def test_a_snapshot_stays_as_it_began(database: Database) -> None:
    with database.snapshot() as connection:
        assert connection.execute("SELECT count(*) FROM numbers").fetchone() == (1,)
        with database.write() as other:
            other.execute("INSERT INTO numbers VALUES (7)")
        assert connection.execute("SELECT count(*) FROM numbers").fetchone() == (1,)
    assert numbers(database) == [0, 7]


def test_an_error_in_the_statements_is_no_unavailability(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"), database.read() as connection:
        connection.execute("SELECT * FROM elsewhere")


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "file.sqlite"
    with closing(Database(path, SCHEMA)) as database, database.write() as connection:
        connection.executemany("INSERT INTO numbers VALUES (?)", ((number,) for number in range(5000)))
    body = bytearray(path.read_bytes())
    body[8192:] = b"\x07" * (len(body) - 8192)
    path.write_bytes(body)
    with pytest.raises(RedlineError, match=r"file\.sqlite: .*damaged"), closing(Database(path, SCHEMA)) as database:
        numbers(database)
