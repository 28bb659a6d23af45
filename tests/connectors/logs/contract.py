"""What every home of the log must do: a class of tests that each home runs with a fixture of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.protocols import Log, LogRecord, Message

OpenLog = Callable[[], Log]
TOPIC = "articles"
NEVER = threading.Event()
SPAWN = multiprocessing.get_context("spawn")


def read_all(log: Log, topic: str = TOPIC) -> list[LogRecord]:
    found: list[LogRecord] = []
    for partition in range(log.partitions(topic)):
        offset = 0
        while records := log.read(topic, partition, offset, 10_000):
            found += records
            offset = records[-1].offset + 1
    return found


def append_numbered(open_log: OpenLog, name: str, count: int) -> None:
    """What a writing process does: ``count`` messages, one at a time, of three keys of its own."""
    with closing(open_log()) as log:
        for number in range(count):
            log.append(TOPIC, [Message(f"{name}-{number % 3}", str(number).encode())])


def append_until_killed(open_log: OpenLog, acknowledged: Connection) -> None:
    """Append without end and tell each number once the log has acknowledged it."""
    with closing(open_log()) as log:
        for number in range(1_000_000):
            log.append(TOPIC, [Message("one key", str(number).encode())])
            acknowledged.send(number)


class LogContract:
    """Subclass as ``Test…`` and override ``open_log``."""

    @pytest.fixture
    def open_log(self) -> OpenLog:
        """Opens one and the same log, empty before the test; may be pickled."""
        raise NotImplementedError

    @pytest.fixture
    def log(self, open_log: OpenLog) -> Iterator[Log]:
        with closing(open_log()) as log:
            yield log

    def test_a_message_comes_back_as_it_was_appended(self, log: Log) -> None:
        before = datetime.now(UTC)
        log.append(TOPIC, [Message("clé", b"\x00\xff body")])
        (record,) = read_all(log)
        assert record[:1] + record[2:5] == (TOPIC, 0, "clé", b"\x00\xff body")
        assert abs(record.appended - before) < timedelta(minutes=1)
        assert record.appended.tzinfo == UTC

    def test_a_value_of_none_and_an_empty_value_are_told_apart(self, log: Log) -> None:
        log.append(TOPIC, [Message("a", None), Message("a", b"")])
        assert [record.value for record in read_all(log)] == [None, b""]

    def test_messages_of_one_key_keep_their_order_in_one_partition(self, log: Log) -> None:
        for number in range(0, 60, 2):
            log.append(TOPIC, [Message(f"key {key}", str(number + i).encode()) for i in (0, 1) for key in range(8)])
        records = read_all(log)
        for key in range(8):
            own = [record for record in records if record.key == f"key {key}"]
            assert [record.value for record in own] == [str(number).encode() for number in range(60)]
            assert len({record.partition for record in own}) == 1

    def test_keys_spread_over_all_partitions(self, log: Log) -> None:
        log.append(TOPIC, [Message(f"key {number}", b"x") for number in range(200)])
        assert {record.partition for record in read_all(log)} == set(range(log.partitions(TOPIC)))
        assert log.partitions(TOPIC) > 1

    def test_offsets_rise_and_end_is_the_next(self, log: Log) -> None:
        assert [log.end(TOPIC, partition) for partition in range(log.partitions(TOPIC))] == [0] * log.partitions(TOPIC)
        log.append(TOPIC, [Message(f"key {number}", b"x") for number in range(50)])
        for partition in range(log.partitions(TOPIC)):
            offsets = [record.offset for record in log.read(TOPIC, partition, 0, 100)]
            assert offsets == list(range(log.end(TOPIC, partition)))
            assert log.earliest(TOPIC, partition) == 0

    def test_reading_begins_at_the_offset_and_stops_at_the_limit(self, log: Log) -> None:
        log.append(TOPIC, [Message("key", str(number).encode()) for number in range(10)])
        (partition,) = {record.partition for record in read_all(log)}
        assert [record.offset for record in log.read(TOPIC, partition, 3, 4)] == [3, 4, 5, 6]
        assert [record.offset for record in log.read(TOPIC, partition, 8, 4)] == [8, 9]
        assert log.read(TOPIC, partition, 10, 4) == []
        assert log.read(TOPIC, partition, 99, 4) == []

    def test_topics_do_not_mix(self, log: Log) -> None:
        log.append(TOPIC, [Message("key", b"article")])
        log.append("alerts", [Message("key", b"alert")])
        assert [record.value for record in read_all(log)] == [b"article"]
        assert [(record.topic, record.value) for record in read_all(log, "alerts")] == [("alerts", b"alert")]

    def test_appending_nothing_is_no_error(self, log: Log) -> None:
        log.append(TOPIC, [])
        assert read_all(log) == []

    def test_the_offset_at_a_time(self, log: Log) -> None:
        for number in range(3):
            log.append(TOPIC, [Message("key", str(number).encode())])
            time.sleep(0.02)
        records = read_all(log)
        partition = records[0].partition
        for record in records:
            assert log.offset_at(TOPIC, partition, record.appended) == record.offset
        assert log.offset_at(TOPIC, partition, records[0].appended - timedelta(hours=1)) == 0
        assert log.offset_at(TOPIC, partition, records[-1].appended + timedelta(hours=1)) == 3

    def test_trimming_removes_what_is_older_and_never_gives_an_offset_twice(self, log: Log) -> None:
        log.append(TOPIC, [Message(f"key {number}", b"old") for number in range(40)])
        ends = [log.end(TOPIC, partition) for partition in range(log.partitions(TOPIC))]
        time.sleep(0.02)
        log.append(TOPIC, [Message("key 0", b"new")])
        (new,) = [record for record in read_all(log) if record.value == b"new"]
        assert log.trim(TOPIC, new.appended) == 40
        assert read_all(log) == [new]
        for partition, end in enumerate(ends):
            assert log.earliest(TOPIC, partition) == end
        assert log.trim(TOPIC, new.appended + timedelta(seconds=1)) == 1
        assert log.earliest(TOPIC, new.partition) == log.end(TOPIC, new.partition) == new.offset + 1
        assert log.trim(TOPIC, new.appended + timedelta(seconds=1)) == 0
        log.append(TOPIC, [Message("key 0", b"newest")])
        assert [(record.offset, record.value) for record in read_all(log)] == [(new.offset + 1, b"newest")]

    def test_trimming_leaves_other_topics_alone(self, log: Log) -> None:
        log.append("alerts", [Message("key", b"alert")])
        log.append(TOPIC, [Message("key", b"article")])
        log.trim(TOPIC, datetime.now(UTC) + timedelta(seconds=1))
        assert read_all(log) == []
        assert [record.value for record in read_all(log, "alerts")] == [b"alert"]

    def test_commits_by_group_topic_and_partition(self, log: Log, open_log: OpenLog) -> None:
        assert log.committed("process", TOPIC) == {}
        log.commit("process", TOPIC, {0: 5, 1: 7})
        log.commit("process", TOPIC, {1: 9})
        log.commit("notify", TOPIC, {0: 2})
        log.commit("process", "alerts", {0: 1})
        log.commit("process", TOPIC, {})
        with closing(open_log()) as other:
            assert other.committed("process", TOPIC) == {0: 5, 1: 9}
            assert other.committed("notify", TOPIC) == {0: 2}
            assert other.committed("process", "alerts") == {0: 1}

    def test_two_connections_see_each_others_records_at_once(self, log: Log, open_log: OpenLog) -> None:
        with closing(open_log()) as other:
            log.append(TOPIC, [Message("key", b"1")])
            assert [record.value for record in read_all(other)] == [b"1"]
            other.append(TOPIC, [Message("key", b"2")])
            assert [record.value for record in read_all(log)] == [b"1", b"2"]

    def test_a_connection_serves_many_threads(self, log: Log) -> None:
        def work(thread: int) -> None:
            for number in range(20):
                log.append(TOPIC, [Message(f"key {thread}", str(number).encode())])
                log.commit(f"group {thread}", TOPIC, {0: number})
                read_all(log)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        records = read_all(log)
        for thread in range(4):
            values = [record.value for record in records if record.key == f"key {thread}"]
            assert values == [str(number).encode() for number in range(20)]

    def test_a_reader_that_waits_finds_what_comes(self, log: Log, open_log: OpenLog) -> None:
        for number in range(3):
            ends = {partition: log.end(TOPIC, partition) for partition in range(log.partitions(TOPIC))}
            assert not log.wait(TOPIC, ends, 0, NEVER)
            writer = threading.Timer(0.1, append_numbered, (open_log, f"late {number}", 1))
            writer.start()
            assert log.wait(TOPIC, ends, 30, NEVER)
            writer.join()
            assert len(read_all(log)) == number + 1

    def test_a_stop_ends_the_waiting(self, log: Log) -> None:
        stop = threading.Event()
        stopper = threading.Timer(0.1, stop.set)
        stopper.start()
        assert not log.wait(TOPIC, {}, 3600, stop)
        assert stop.is_set()
        stopper.join()

    def test_waiting_ends_at_once_where_there_is_something_and_after_a_while_where_there_is_not(self, log: Log) -> None:
        assert not log.wait(TOPIC, {}, 0.05, NEVER)
        log.append("alerts", [Message("key", b"of another topic")])
        assert not log.wait(TOPIC, {}, 0.05, NEVER)
        log.append(TOPIC, [Message(f"key {number}", b"x") for number in range(50)])
        ends = {partition: log.end(TOPIC, partition) for partition in range(log.partitions(TOPIC))}
        for partition, end in ends.items():
            assert log.wait(TOPIC, ends | {partition: end - 1}, 30, NEVER)
            assert log.wait(TOPIC, {one: end for one, end in ends.items() if one != partition}, 30, NEVER)
            assert not log.wait(TOPIC, ends, 0.05, NEVER)

    def test_processes_that_write_at_once_lose_and_mix_nothing(self, open_log: OpenLog) -> None:
        # The log is new: they also create it at once.
        writers = [SPAWN.Process(target=append_numbered, args=(open_log, name, 60)) for name in "abc"]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert [writer.exitcode for writer in writers] == [0, 0, 0]
        with closing(open_log()) as log:
            records = read_all(log)
            assert len(records) == 180
            for key in {record.key for record in records}:
                values = [int(record.value or b"") for record in records if record.key == key]
                assert values == list(range(int(key[-1]), 60, 3))
            assert sum(log.end(TOPIC, partition) for partition in range(log.partitions(TOPIC))) == 180

    def test_what_was_acknowledged_survives_a_killed_writer(self, open_log: OpenLog) -> None:
        receiving, sending = SPAWN.Pipe(duplex=False)
        writer = SPAWN.Process(target=append_until_killed, args=(open_log, sending))
        writer.start()
        sending.close()
        while (last := receiving.recv()) < 100:
            pass
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        while receiving.poll():
            try:
                last = receiving.recv()
            except EOFError:
                break
        receiving.close()
        with closing(open_log()) as log:
            values = [int(record.value or b"") for record in read_all(log)]
            # At most the one that was under way may be there as well.
            assert values in (list(range(last + 1)), list(range(last + 2)))
            log.append(TOPIC, [Message("one key", b"after")])
            assert read_all(log)[-1].value == b"after"

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(batches=st.lists(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.binary(max_size=20)), max_size=6)))
    def test_law_every_message_once_in_the_order_of_its_key(
        self, log: Log, batches: list[list[tuple[str, bytes]]]
    ) -> None:
        starts = [log.end(TOPIC, partition) for partition in range(log.partitions(TOPIC))]
        for batch in batches:
            log.append(TOPIC, [Message(*message) for message in batch])
        records = [record for at, start in enumerate(starts) for record in log.read(TOPIC, at, start, 10_000)]
        sent = [message for batch in batches for message in batch]
        for key in "abcdefgh":
            assert [record.value for record in records if record.key == key] == [v for k, v in sent if k == key]
        assert len(records) == len(sent)
