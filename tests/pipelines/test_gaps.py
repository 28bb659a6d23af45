"""What retention removes before the pipeline came to it is told, and the pipeline goes on with what is left."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import msgspec
import pytest

from connectors.indexes.settings import ElasticsearchSettings
from connectors.logs.sqlite import SqliteLog
from pipelines.process import run
from pipelines.reading.settings import ReadingSettings
from pipelines.session import Work
from pipelines.settings import ProcessSettings
from redline.homes import EmbeddedHomes, ServerHomes
from schemas.gaps import known_gaps
from schemas.protocols import Homes, Index, Log, LogRecord, Message
from schemas.records import Article, encode
from schemas.times import utc_now
from tests.connectors.logs.test_kafka import settings_for

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class OnePartition:
    """Embedded homes whose log has one partition."""

    folder: Path

    def log(self) -> Log:
        """The log."""
        return SqliteLog(self.folder / "log.sqlite", utc_now, partitions=1)

    def index(self) -> Index:
        """The index."""
        return EmbeddedHomes(self.folder).index()


@pytest.fixture(params=["embedded", "servers"])
def homes(request: pytest.FixtureRequest, tmp_path: Path) -> Homes:
    if request.param == "embedded":
        return OnePartition(tmp_path)
    indexes: ElasticsearchSettings = request.getfixturevalue("own_indexes")
    kafka = msgspec.structs.replace(settings_for(request.getfixturevalue("kafka")), partitions=1)
    return ServerHomes(tmp_path, kafka, indexes)


@pytest.fixture
def log(homes: Homes) -> Iterator[Log]:
    with closing(homes.log()) as log:
        yield log


@pytest.fixture
def index(homes: Homes) -> Iterator[Index]:
    with closing(homes.index()) as index:
        yield index


def publish(log: Log, numbers: range) -> None:
    articles = [
        Article(id=f"a{at}", feed="https://wire.example/rss", fetched=utc_now(), title=f"Harbour note {at}")
        for at in numbers
    ]
    log.append("articles", [Message(each.id, encode(each)) for each in articles])


def process(homes: Homes) -> int:
    return run(Work(homes, ReadingSettings(degraded=True), ProcessSettings(workers=1)), Event(), once=True)


def numbers(index: Index) -> list[int]:
    index.refresh("articles")
    return sorted(int(record.id[1:]) for record in index.scan("articles"))


def test_it_goes_on_at_the_earliest_that_is_left_and_tells_what_was_gone(homes: Homes, log: Log, index: Index) -> None:
    publish(log, range(40))
    assert process(homes) == 40
    publish(log, range(40, 70))
    time.sleep(0.1)
    later = utc_now()
    time.sleep(0.1)
    publish(log, range(70, 100))
    log.trim("articles", later)
    publish(log, range(100, 110))
    assert process(homes) == 40
    assert numbers(index) == [*range(40), *range(70, 110)]
    assert process(homes) == 0
    assert [str(gap) for gap in known_gaps(index)] == [
        "articles: offsets 40 to 69 (30 records) of partition 0 were gone before process read them"
    ]


def test_a_new_group_reads_all_that_is_there(homes: Homes, log: Log, index: Index) -> None:
    publish(log, range(20))
    assert log.committed("process", "articles") == {}
    assert process(homes) == 20
    assert numbers(index) == list(range(20))
    assert known_gaps(index) == []


class Trimmed(SqliteLog):
    """A log whose first ten records go when the graph begins to read, behind the look that was taken ahead."""

    reads = 0

    def read(self, topic: str, partition: int, offset: int, limit: int) -> list[LogRecord]:
        if topic == "articles":
            self.reads += 1
            if self.reads == 2:
                with self._database.write() as connection:
                    connection.execute("DELETE FROM records WHERE topic = 'articles' AND offset < 10")
        return super().read(topic, partition, offset, limit)


@dataclass(frozen=True)
class TrimmedHomes(OnePartition):
    """The same, on a log that is trimmed while it is read."""

    def log(self) -> Log:
        """The log."""
        return Trimmed(self.folder / "log.sqlite", utc_now, partitions=1)


def test_what_goes_in_mid_drain_is_told(tmp_path: Path) -> None:
    homes = TrimmedHomes(tmp_path)
    with closing(OnePartition(tmp_path).log()) as log, closing(homes.index()) as index:
        publish(log, range(30))
        process(homes)
        assert numbers(index) == list(range(10, 30))
        assert [(gap.first, gap.last) for gap in known_gaps(index)] == [(0, 9)]
        assert log.committed("process", "articles") == {0: 30}
