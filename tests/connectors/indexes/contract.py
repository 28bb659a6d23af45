"""What every home of the index must do with records: a class of tests that each home runs with its own fixture."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.queues import Queue

import pytest

from schemas.protocols import Index
from schemas.records import INDEXES, EnrichedArticle, Mark
from tests.connectors.indexes.samples import alert, article, mark, minutes, one_of_each, statement

OpenIndex = Callable[[], Index]
SPAWN = multiprocessing.get_context("spawn")


def titles(index: Index) -> dict[str, str | None]:
    index.refresh("articles")
    return {found.id: found.title for found in index.scan("articles") if isinstance(found, EnrichedArticle)}


def count_up(open_index: OpenIndex, times: int) -> None:
    """What a process does that shares a counter with others: read it, put it raised, begin again where refused."""
    with closing(open_index()) as index:
        for _ in range(times):
            done = None
            while done is None:
                found = index.get("marks", ["counter"]).get("counter")
                data = found.record.data if found and isinstance(found.record, Mark) else {"count": 0}
                raised = mark("counter", count=data["count"] + 1)
                done = index.put("marks", raised, found.revision if found else None)


def create_alerts(open_index: OpenIndex, won: Queue[set[str]]) -> None:
    with closing(open_index()) as index:
        won.put({id_ for at in range(30) for id_ in index.create("alerts", [alert(f"t{at}"), alert(f"u{at}")])})


def upsert_versions(open_index: OpenIndex, versions: list[int]) -> None:
    with closing(open_index()) as index:
        for version in versions:
            index.upsert("articles", [article(f"a{n}", f"version {version}", version=version) for n in range(5)])


def upsert_until_killed(open_index: OpenIndex, acknowledged: Connection) -> None:
    with closing(open_index()) as index:
        for number in range(1_000_000):
            index.upsert("articles", [article(f"a{number}-{part}", f"number {number}") for part in range(8)])
            acknowledged.send(number)


class IndexContract:
    """Subclass as ``Test…`` and override ``open_index``."""

    @pytest.fixture
    def open_index(self) -> OpenIndex:
        """Opens one and the same index, empty before the test; may be pickled."""
        raise NotImplementedError

    @pytest.fixture
    def index(self, open_index: OpenIndex) -> Iterator[Index]:
        with closing(open_index()) as index:
            yield index

    @pytest.mark.parametrize("name", INDEXES)
    def test_a_record_of_each_index_comes_back_as_it_was_written(self, index: Index, name: str) -> None:
        record = one_of_each()[name]
        index.upsert(name, [record])
        assert index.get(name, [record.id])[record.id].record == record
        index.refresh(name)
        assert index.search(name, None).records == [record]
        assert list(index.scan(name)) == [record]

    def test_the_same_id_in_two_indexes_is_two_records(self, index: Index) -> None:
        index.upsert("articles", [article("same")])
        index.upsert("statements", [statement("same")])
        assert isinstance(index.get("articles", ["same"])["same"].record, EnrichedArticle)
        index.delete("statements", ["same"])
        assert set(index.get("articles", ["same"])) == {"same"}

    def test_get_leaves_out_what_is_not_there(self, index: Index) -> None:
        index.upsert("articles", [article(f"a{at}") for at in range(1500)])
        assert set(index.get("articles", ["a1", "a9", "none", "a1"])) == {"a1", "a9"}
        assert index.get("articles", []) == {}
        assert len(index.get("articles", iter(f"a{at}" for at in range(2000)))) == 1500

    def test_upsert_leaves_out_a_lower_version_and_writes_an_equal_or_higher_one(self, index: Index) -> None:
        index.upsert("articles", [article(title="two", version=2)])
        index.upsert("articles", [article(title="one", version=1), article("a2", "new")])
        assert titles(index) == {"a1": "two", "a2": "new"}
        index.upsert("articles", [article(title="two again", version=2)])
        assert titles(index)["a1"] == "two again"
        index.upsert("articles", [article(title="three", version=3)])
        assert titles(index)["a1"] == "three"

    def test_upsert_of_one_id_several_times_at_once_keeps_the_last_of_the_highest_version(self, index: Index) -> None:
        given = [article(title=title, version=version) for title, version in (("b", 2), ("c", 3), ("d", 3), ("a", 1))]
        index.upsert("articles", given)
        assert titles(index) == {"a1": "d"}

    def test_count_tells_how_many_records_there_are(self, index: Index) -> None:
        assert index.count("articles") == 0
        index.upsert("articles", [article(f"a{at}") for at in range(7)])
        index.upsert("articles", [article("a1", version=2), article("a2", version=0)])
        index.upsert("statements", [statement("s1"), statement("s2", state="retracted")])
        index.delete("articles", ["a3", "none"])
        for name, expected in (("articles", 6), ("statements", 2), ("marks", 0)):
            index.refresh(name)
            assert index.count(name) == expected

    def test_writing_nothing_is_no_error(self, index: Index) -> None:
        index.upsert("articles", [])
        assert index.create("articles", []) == set()
        index.delete("articles", [])
        assert titles(index) == {}

    def test_create_writes_what_is_not_there_and_tells_it(self, index: Index) -> None:
        assert index.create("articles", [article("a1", "one"), article("a2", "two")]) == {"a1", "a2"}
        assert index.create("articles", [article("a2", "other", version=9), article("a3", "three")]) == {"a3"}
        assert index.create("articles", [article("a4", "first"), article("a4", "second")]) == {"a4"}
        assert titles(index) == {"a1": "one", "a2": "two", "a3": "three", "a4": "first"}

    def test_put_writes_only_what_is_still_as_it_was_read(self, index: Index, open_index: OpenIndex) -> None:
        first = index.put("marks", mark(at=1), None)
        assert first is not None
        assert index.put("marks", mark(at=2), None) is None
        assert index.get("marks", ["owner"])["owner"] == (mark(at=1), first)
        with closing(open_index()) as other:
            second = other.put("marks", mark(at=3), other.get("marks", ["owner"])["owner"].revision)
        assert second is not None
        assert second != first
        assert index.put("marks", mark(at=4), first) is None
        assert index.get("marks", ["owner"])["owner"] == (mark(at=3), second)
        third = index.put("marks", mark(at=3), second)
        assert third is not None
        assert index.put("marks", mark(at=5), second) is None

    def test_put_sees_every_other_way_of_writing(self, index: Index) -> None:
        first = index.put("articles", article(version=5), None)
        index.upsert("articles", [article(version=5)])
        assert index.put("articles", article(version=6), first) is None
        index.upsert("articles", [article(version=1)])  # left out: nothing changed
        found = index.get("articles", ["a1"])["a1"]
        second = index.put("articles", article(title="older", version=2), found.revision)
        assert second is not None
        assert titles(index) == {"a1": "older"}

    def test_a_record_deleted_and_written_anew_is_not_as_it_was_read(self, index: Index) -> None:
        first = index.put("marks", mark(at=1), None)
        index.delete("marks", ["owner"])
        assert index.put("marks", mark(at=2), first) is None
        index.upsert("marks", [mark(at=1)])
        assert index.put("marks", mark(at=2), first) is None

    def test_delete_removes_from_everywhere(self, index: Index) -> None:
        index.upsert("articles", [article(f"a{at}", f"canal {at}") for at in range(5)])
        index.delete("articles", ["a1", "a3", "none"])
        index.refresh("articles")
        assert set(index.get("articles", [f"a{at}" for at in range(5)])) == {"a0", "a2", "a4"}
        assert {record.id for record in index.search("articles", None).records} == {"a0", "a2", "a4"}
        assert set(titles(index)) == {"a0", "a2", "a4"}
        assert index.create("articles", [article("a1")]) == {"a1"}

    def test_scan_gives_all_once(self, index: Index) -> None:
        index.upsert("articles", [article(f"a{at}", at=at % 3) for at in range(1200)])
        index.refresh("articles")
        found = [record.id for record in index.scan("articles")]
        assert sorted(found) == sorted(f"a{at}" for at in range(1200))
        assert list(index.scan("claims")) == []

    def test_scan_since_a_time_includes_it(self, index: Index) -> None:
        index.upsert("articles", [article(f"a{at}", at=at / 60_000_000) for at in range(-3000, 3000, 500)])
        index.refresh("articles")
        since = {record.id for record in index.scan("articles", minutes(500 / 60_000_000))}
        assert since == {f"a{at}" for at in range(500, 3000, 500)}

    def test_a_scan_may_be_left_and_written_under(self, index: Index) -> None:
        index.upsert("articles", [article(f"a{at}") for at in range(1000)])
        index.refresh("articles")
        assert len(list(islice(index.scan("articles"), 3))) == 3
        seen: set[str] = set()
        for record in index.scan("articles"):
            if len(seen) % 100 == 0:
                index.delete("articles", [record.id])
                index.upsert("articles", [article(f"new {record.id}")])
            seen.add(record.id)
        assert seen >= {f"a{at}" for at in range(1000)}

    def test_two_connections_read_each_other_by_id_at_once(self, index: Index, open_index: OpenIndex) -> None:
        with closing(open_index()) as other:
            index.upsert("articles", [article(title="one")])
            assert set(other.get("articles", ["a1"])) == {"a1"}
            other.upsert("articles", [article(title="two", version=2)])
            index.refresh("articles")
            assert titles(index) == {"a1": "two"}

    def test_a_connection_serves_many_threads(self, index: Index) -> None:
        def work(thread: int) -> None:
            for at in range(10):
                index.upsert("articles", [article(f"a{thread}-{at}")])
                index.search("articles", None)
                assert len(list(islice(index.scan("articles"), 1))) <= 1

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        assert len(titles(index)) == 40

    def test_processes_that_share_a_counter_lose_no_step(self, open_index: OpenIndex) -> None:
        # The index is new: they also create it at once.
        self.run([SPAWN.Process(target=count_up, args=(open_index, 25)) for _ in range(3)])
        with closing(open_index()) as index:
            assert index.get("marks", ["counter"])["counter"].record == mark("counter", count=75)

    def test_of_processes_that_create_at_once_one_is_told_that_it_did(self, open_index: OpenIndex) -> None:
        won: Queue[set[str]] = SPAWN.Queue()
        processes = [SPAWN.Process(target=create_alerts, args=(open_index, won)) for _ in range(3)]
        self.run(processes)
        ids = [id_ for _ in processes for id_ in won.get(timeout=30)]
        won.close()
        won.join_thread()
        assert sorted(ids) == sorted(f"{letter}{at}" for letter in "tu" for at in range(30))

    def test_of_processes_that_upsert_at_once_the_highest_version_stays(self, open_index: OpenIndex) -> None:
        orders = [list(range(1, 31)), list(range(30, 0, -1)), [15, 30, 1, 29]]
        self.run([SPAWN.Process(target=upsert_versions, args=(open_index, order)) for order in orders])
        with closing(open_index()) as index:
            assert titles(index) == {f"a{at}": "version 30" for at in range(5)}

    def test_what_was_acknowledged_survives_a_killed_writer(self, open_index: OpenIndex) -> None:
        receiving, sending = SPAWN.Pipe(duplex=False)
        writer = SPAWN.Process(target=upsert_until_killed, args=(open_index, sending))
        writer.start()
        sending.close()
        while (last := receiving.recv()) < 40:
            pass
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        receiving.close()
        with closing(open_index()) as index:
            found = set(titles(index))
            assert found >= {f"a{number}-{part}" for number in range(last + 1) for part in range(8)}
            index.upsert("articles", [article("after")])
            index.refresh("articles")
            assert {record.id for record in index.search("articles", None, limit=10_000).records} == {*found, "after"}

    def run(self, processes: list[multiprocessing.context.SpawnProcess]) -> None:
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0] * len(processes)
