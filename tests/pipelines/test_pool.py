"""The reading pool survives what articles and the machine do to its processes. Needs the English pipeline."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from pipelines.pool import Failure, ReadingPool
from pipelines.reading.settings import ReadingSettings
from schemas.errors import RedlineError
from schemas.records import Article
from schemas.times import utc_now
from tests.processes import alive, cpu_seconds, eventually, readers

pytestmark = pytest.mark.integration

_TEXT = "The harbour council met on Monday. It will dredge the basin before winter, the mayor told reporters. " * 5


def articles(count: int) -> list[Article]:
    return [
        Article(id=f"a{number}", feed="f", fetched=utc_now(), title=f"No {number}", text=_TEXT)
        for number in range(count)
    ]


@pytest.fixture
def pool() -> Iterator[ReadingPool]:
    with ReadingPool(ReadingSettings(), workers=1, limit=600) as pool:
        yield pool


def test_articles_come_back_in_order_and_a_killed_process_costs_none(pool: ReadingPool) -> None:
    reading = pool.submit(articles(40))
    assert eventually(lambda: bool(readers(os.getpid())))
    time.sleep(1)
    for pid in readers(os.getpid()):
        os.kill(pid, signal.SIGKILL)
    outcomes = reading.result()
    assert [getattr(each, "id", each) for each in outcomes] == [f"a{number}" for number in range(40)]


def test_an_article_whose_process_dies_twice_fails_and_the_next_is_read(pool: ReadingPool) -> None:
    long = Article(id="long", feed="f", fetched=utc_now(), title="Long", text=_TEXT * 1_800)
    with ThreadPoolExecutor(1) as waiting:
        outcome = waiting.submit(pool.submit([long]).result)
        killed: set[int] = set()
        while len(killed) < 2:
            assert eventually(lambda: any(cpu_seconds(pid) > 5 for pid in readers(os.getpid()) - killed), 120)
            for pid in readers(os.getpid()) - killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
        (failure,) = outcome.result()
    assert isinstance(failure, Failure)
    assert "died twice" in failure.error
    assert [getattr(each, "id", each) for each in pool.submit(articles(1)).result()] == ["a0"]


def test_processes_that_die_idle_are_started_again(pool: ReadingPool) -> None:
    pool.submit(articles(1)).result()
    for pid in readers(os.getpid()):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.5)
    assert [getattr(each, "id", each) for each in pool.submit(articles(1)).result()] == ["a0"]


def test_models_that_cannot_be_loaded_are_an_error_and_not_an_articles_fault() -> None:
    with (
        ReadingPool(ReadingSettings(model="no_such_pipeline"), workers=1) as pool,
        pytest.raises(RedlineError, match=r"no_such_pipeline is not installed; run: "),
    ):
        pool.submit(articles(1)).result()


def test_an_article_that_takes_too_long_fails_alone() -> None:
    long = Article(id="long", feed="f", fetched=utc_now(), title="Long", text=_TEXT * 190)
    with ReadingPool(ReadingSettings(), workers=1, limit=0.7) as pool:
        first, second = pool.submit([*articles(1), long]).result()
    assert getattr(first, "id", first) == "a0"
    assert isinstance(second, Failure)
    assert second.error == "reading it took more than 0.7 s"


def test_no_reading_process_outlives_a_killed_parent() -> None:
    program = (
        "from pipelines.pool import ReadingPool\n"
        "from pipelines.reading.settings import ReadingSettings\n"
        "from tests.pipelines.test_pool import articles\n"
        "if __name__ == '__main__':\n"
        "    pool = ReadingPool(ReadingSettings(), workers=2)\n"
        "    pool.submit(articles(16)).result()\n"
        "    print('read', flush=True)\n"
        "    pool.submit(articles(400)).result()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent, parent.stdout:
        assert parent.stdout.readline() == "read\n"
        spawned = readers(parent.pid)
        parent.kill()
        parent.wait()
    assert spawned
    assert eventually(lambda: not any(alive(pid) for pid in spawned))


def test_a_reading_process_has_one_thread(pool: ReadingPool) -> None:
    pool.submit(articles(1)).result()
    (reader,) = readers(os.getpid())
    assert len(list(Path(f"/proc/{reader}/task").iterdir())) == 1


def test_a_text_is_read_once_however_often_it_is_published(pool: ReadingPool) -> None:
    (first,) = articles(1)
    copies = [msgspec.structs.replace(first, id=f"copy-{number}") for number in range(20)]
    together = pool.submit([first, *copies]).result()
    later = pool.submit(copies).result()
    assert [getattr(each, "id", each) for each in [*together, *later]] == ["a0", *(copy.id for copy in copies * 2)]
    before = sum(cpu_seconds(pid) for pid in readers(os.getpid()))
    pool.submit([msgspec.structs.replace(first, id=f"late-{number}") for number in range(200)]).result()
    assert sum(cpu_seconds(pid) for pid in readers(os.getpid())) - before < 0.5


def test_copies_of_a_text_that_cannot_be_read_fail_with_it() -> None:
    long = Article(id="long", feed="f", fetched=utc_now(), title="Long", text=_TEXT * 190)
    copies = [long, msgspec.structs.replace(long, id="copy")]
    with ReadingPool(ReadingSettings(), workers=1, limit=0.7) as pool:
        assert pool.submit(copies).result() == [Failure("reading it took more than 0.7 s")] * 2
