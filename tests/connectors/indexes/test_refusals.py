"""Writes to Elasticsearch get everything in, once, through refusals and lost answers, or say what did not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import msgspec
import pytest

from connectors.indexes.elasticsearch import ElasticsearchIndex
from connectors.indexes.settings import ElasticsearchSettings
from connectors.logs.sqlite import SqliteLog
from pipelines.process import run
from pipelines.reading.settings import ReadingSettings
from pipelines.session import Work
from pipelines.settings import ProcessSettings
from pipelines.sources import GROUP
from redline.watches import add_watch, new_watch
from schemas.errors import RedlineError, UnavailableError
from schemas.protocols import Index, Log, Message
from schemas.records import Article, encode
from schemas.times import utc_now
from tests.connectors.indexes.proxy import Fault, Proxy, lose, proxy_before, refuse, refuse_all, refuse_larger_than
from tests.connectors.indexes.samples import NOON, alert, article, mark

pytestmark = pytest.mark.integration


@pytest.fixture
def proxy(own_indexes: ElasticsearchSettings) -> Iterator[Proxy]:
    with proxy_before(own_indexes.urls[0]) as proxy:
        yield proxy


@pytest.fixture
def settings(own_indexes: ElasticsearchSettings, proxy: Proxy) -> ElasticsearchSettings:
    return msgspec.structs.replace(own_indexes, urls=(proxy.url,), patience=1.0)


@pytest.fixture
def index(settings: ElasticsearchSettings) -> Iterator[ElasticsearchIndex]:
    with closing(ElasticsearchIndex(settings, lambda: NOON)) as index:
        index.count("articles")
        yield index


def ids(index: Index) -> list[str]:
    index.refresh("articles")
    return sorted(record.id for record in index.scan("articles"))


FIFTY = [article(f"a{at:02}") for at in range(50)]


@pytest.mark.parametrize(
    "faults",
    [
        [refuse(2)] * 3,
        [refuse(50), refuse(1)],
        [refuse(2, "cluster_block_exception")] * 3,
        [refuse(2, "cluster_block_exception", 403), refuse(50, "unavailable_shards_exception", 503)],
        [refuse(2), refuse(2), lose],
        [lose, lose],
        [refuse_all(429), refuse_all(503), refuse_all(502)],
    ],
)
def test_what_is_refused_for_now_is_sent_again(index: ElasticsearchIndex, proxy: Proxy, faults: list[Fault]) -> None:
    proxy.faults[:] = faults
    index.upsert("articles", FIFTY)
    assert proxy.faults == []
    assert ids(index) == [record.id for record in FIFTY]
    assert [found.record for _, found in sorted(index.get("articles", ids(index)).items())] == FIFTY


def test_only_what_was_refused_is_sent_again(index: ElasticsearchIndex, proxy: Proxy) -> None:
    proxy.faults[:] = [refuse(2)] * 3
    assert index.create("articles", FIFTY) == {record.id for record in FIFTY}
    assert proxy.items == [50, 2, 2, 2]


@pytest.mark.parametrize("status", [413, 429])
def test_a_batch_that_is_too_large_is_halved(index: ElasticsearchIndex, proxy: Proxy, status: int) -> None:
    proxy.always = refuse_larger_than(7, status)
    index.upsert("articles", FIFTY)
    assert proxy.items[:4] == [50, 25, 12, 6]
    assert sum(1 for items in proxy.items if items > 7) == 3
    assert ids(index) == [record.id for record in FIFTY]


def test_a_record_that_alone_is_too_large_is_named(index: ElasticsearchIndex, proxy: Proxy) -> None:
    proxy.always = refuse_all(413)
    with pytest.raises(RedlineError, match="takes no record as large as 'a00'"):
        index.upsert("articles", FIFTY)


def test_a_record_that_the_server_refuses_for_good_is_named(index: ElasticsearchIndex, proxy: Proxy) -> None:
    proxy.faults[:] = [refuse(1, "document_parsing_exception", 400)]
    with pytest.raises(RedlineError, match=r"articles refuses the record 'a00': 400 document_parsing_exception"):
        index.upsert("articles", FIFTY)


@pytest.mark.parametrize("always", [refuse(50), refuse(50, "cluster_block_exception", 403), refuse_all(503), lose])
def test_where_nothing_goes_in_the_index_is_unavailable(index: ElasticsearchIndex, proxy: Proxy, always: Fault) -> None:
    proxy.always = always
    with pytest.raises(UnavailableError, match=r"articles took none of 50 records for 1 s: "):
        index.delete("articles", [record.id for record in FIFTY])
    assert len(proxy.items) < 10, "it pauses between the tries"
    proxy.always = None
    index.upsert("articles", FIFTY)
    assert len(ids(index)) == 50


def test_what_goes_in_piece_by_piece_is_not_given_up(index: ElasticsearchIndex, proxy: Proxy) -> None:
    proxy.faults[:] = [refuse(40), *[refuse(39 - at) for at in range(39)]]
    index.upsert("articles", FIFTY)
    assert len(ids(index)) == 50


def test_a_server_that_is_down_is_unavailable_for_everything() -> None:
    with closing(ElasticsearchIndex(ElasticsearchSettings(urls=("http://127.0.0.1:1",)), lambda: NOON)) as down:
        asked: list[Callable[[], object]] = [
            lambda: down.get("articles", ["a"]),
            lambda: down.upsert("articles", FIFTY),
            lambda: down.create("alerts", [alert()]),
            lambda: down.put("marks", mark(), None),
            lambda: down.search("articles", None),
            lambda: list(down.scan("articles")),
            lambda: down.count("articles"),
            lambda: down.refresh("articles"),
            lambda: down.delete("articles", ["a"]),
        ]
        for ask in asked:
            with pytest.raises(UnavailableError, match="Elasticsearch does not answer"):
                ask()


@dataclass(frozen=True)
class MixedHomes:
    """The log in a file, the index behind a proxy."""

    folder: Path
    settings: ElasticsearchSettings

    def log(self) -> Log:
        """The log."""
        return SqliteLog(self.folder / "log.sqlite", utc_now)

    def index(self) -> Index:
        """The index."""
        return ElasticsearchIndex(self.settings, utc_now)


def publish(homes: MixedHomes) -> None:
    """50 articles, five of which a watch meets, each about something else."""
    texts = [f"The council of the harbour town met for the {at}th time. It talked of dredging." for at in range(45)]
    texts += [f"A flotilla was seen near {place}." for place in ("Norway", "Chile", "Kenya", "Greece", "Vietnam")]
    now = utc_now()
    articles = [
        Article(id=f"a{at}", feed="https://feed.example/", fetched=now, published=now, title=f"No. {at}", text=text)
        for at, text in enumerate(texts)
    ]
    with closing(homes.index()) as index, closing(homes.log()) as log:
        watch = new_watch("flotillas", "flotilla", NOON)
        add_watch(index, msgspec.structs.replace(watch, over="articles", once_per="article"))
        log.append("articles", [Message(each.id, encode(each)) for each in articles])


def test_the_pipeline_writes_each_article_and_alert_once(
    settings: ElasticsearchSettings, proxy: Proxy, tmp_path: Path
) -> None:
    homes = MixedHomes(tmp_path, settings)
    publish(homes)
    proxy.faults[:] = [refuse(2), refuse(2), lose]
    run(Work(homes, ReadingSettings(), ProcessSettings(workers=1)), Event(), once=True)
    with closing(homes.index()) as index, closing(homes.log()) as log:
        for name, expected in (("articles", 50), ("alerts", 5), ("dead-letters", 0)):
            index.refresh(name)
            assert index.count(name) == expected
        assert sum(log.end("alerts", at) for at in range(log.partitions("alerts"))) == 5
        assert sum(log.committed(GROUP, "articles").values()) == 50


def test_no_offset_is_committed_before_all_is_in(settings: ElasticsearchSettings, proxy: Proxy, tmp_path: Path) -> None:
    homes = MixedHomes(tmp_path, settings)
    publish(homes)
    proxy.always = refuse(2, "cluster_block_exception")
    work = Work(homes, ReadingSettings(), ProcessSettings(workers=1))
    thread = Thread(target=run, args=(work, Event()), kwargs={"once": True})
    thread.start()
    with closing(homes.log()) as log:
        while len(proxy.items) < 12:
            assert thread.is_alive()
            time.sleep(0.05)
        assert sum(log.committed(GROUP, "articles").values()) == 0
        proxy.always = None
        thread.join()
        assert sum(log.committed(GROUP, "articles").values()) == 50
    with closing(homes.index()) as index:
        for name, expected in (("articles", 50), ("alerts", 5), ("dead-letters", 0)):
            index.refresh(name)
            assert index.count(name) == expected
