"""Re-indexing on a server: nobody who writes and searches meanwhile notices, and nothing is missing afterwards."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import msgspec
import pytest
from elasticsearch import Elasticsearch

from connectors.indexes.elasticsearch import ElasticsearchIndex
from connectors.indexes.elasticsearch.connection import connect
from connectors.indexes.elasticsearch.reindex import reindex
from connectors.indexes.settings import ElasticsearchSettings
from schemas.errors import RedlineError, UnavailableError
from schemas.mappings import mapping
from schemas.query.parse import parse
from schemas.records import INDEXES
from tests.connectors.indexes.busy import Busy
from tests.connectors.indexes.contract import SPAWN
from tests.connectors.indexes.samples import NOON, article, claim, mark, one_of_each
from tests.connectors.indexes.test_elasticsearch import changed

pytestmark = pytest.mark.integration


def quiet(_: str, __: int) -> None:
    pass


@pytest.fixture(params=[1, 3], ids=["one-shard", "three-shards"])
def settings(own_indexes: ElasticsearchSettings, request: pytest.FixtureRequest) -> ElasticsearchSettings:
    return msgspec.structs.replace(own_indexes, shards=request.param)


@pytest.fixture
def client(own_indexes: ElasticsearchSettings) -> Iterator[Elasticsearch]:
    with closing(connect(own_indexes)) as client:
        yield client


def open_index(settings: ElasticsearchSettings) -> ElasticsearchIndex:
    return ElasticsearchIndex(settings, lambda: NOON)


def contents(index: ElasticsearchIndex) -> dict[str, object]:
    for name in INDEXES:
        index.refresh(name)
    return {name: index.search(name, None, limit=10_000).records for name in INDEXES}


def test_everything_is_there_afterwards(settings: ElasticsearchSettings, client: Elasticsearch) -> None:
    with closing(open_index(settings)) as index:
        for name, record in one_of_each().items():
            index.upsert(name, [record])
        index.upsert("articles", [article(f"b{at}", f"Canal {at}", at % 7) for at in range(350)])
        index.delete("articles", ["b5"])
        before = contents(index)
        revision = index.get("marks", ["owner"])["owner"].revision
        reindex(settings, quiet)
        reindex(settings, quiet)
        assert contents(index) == before
        assert len(index.search("articles", parse("canal -17", "articles"), limit=1000).records) == 349
        assert index.put("marks", mark(holder="next"), revision) is not None
        assert index.put("marks", mark(holder="late"), revision) is None
    found = client.indices.get_alias(index=f"{settings.prefix}*").body
    assert {name: list(made["aliases"]) for name, made in found.items()} == {
        f"{settings.prefix}{name}-00000{1 if name == 'marks' else 3}": [f"{settings.prefix}{name}"] for name in INDEXES
    }


def test_an_index_with_another_mapping_gets_the_right_one(
    own_indexes: ElasticsearchSettings, client: Elasticsearch
) -> None:
    alias = f"{own_indexes.prefix}claims"
    older = changed(mapping("claims"), "q.exact.side", None)
    client.indices.create(index=f"{alias}-000001", aliases={alias: {}}, mappings=older)
    document = msgspec.to_builtins(claim()) | {"written": NOON.isoformat(), "schema": "claim/1"}
    client.index(index=alias, id="s1", document=document)
    with closing(open_index(own_indexes)) as index, pytest.raises(RedlineError, match="run: redline reindex"):
        index.get("claims", ["s1"])
    reindex(own_indexes, quiet)
    with closing(open_index(own_indexes)) as index:
        index.refresh("claims")
        assert index.search("claims", parse("side:torvia", "claims")).records == [claim()]


def test_writers_and_searchers_notice_nothing(settings: ElasticsearchSettings) -> None:
    with Busy(lambda: open_index(settings)) as busy:
        for _ in range(2):
            reached = len(busy.versions)
            reindex(settings, quiet)
            assert len(busy.versions) > reached, "nothing was written meanwhile"
    busy.check()


def test_a_writer_of_an_earlier_version_is_told_when_the_alias_was_moved(
    own_indexes: ElasticsearchSettings, client: Elasticsearch
) -> None:
    with closing(open_index(own_indexes)) as index, closing(open_index(own_indexes)) as idle:
        for one in (index, idle):
            one.upsert("claims", [claim()])
        reindex(own_indexes, quiet)
        index.upsert("claims", [claim("s2")])  # the mapping is the same
        alias = f"{own_indexes.prefix}claims"
        newer = changed(mapping("claims"), "q.exact.mood", {"type": "keyword"})
        client.indices.create(index=f"{alias}-000009", mappings=newer)
        actions = [
            {action: {"index": f"{alias}-00000{n}", "alias": alias}} for action, n in (("add", 9), ("remove", 2))
        ]
        client.indices.update_aliases(actions=actions)
        for one in (index, idle):
            with pytest.raises(RedlineError, match=r"another mapping \(q\.exact\.mood\); run: redline reindex"):
                one.upsert("claims", [claim("s3")])


def test_a_scan_that_is_under_way_ends_well(own_indexes: ElasticsearchSettings) -> None:
    with closing(open_index(own_indexes)) as index:
        index.upsert("articles", [article(f"b{at}") for at in range(1000)])
        index.refresh("articles")
        scan = index.scan("articles")
        next(scan)
        thread = Thread(target=reindex, args=(own_indexes, quiet))
        thread.start()
        time.sleep(3)
        assert sum(1 for _ in scan) == 999
        thread.join()
        assert index.count("articles") == 1000


def reindex_slowly(settings: ElasticsearchSettings, reached: str) -> None:
    def wait(_: str, count: int) -> None:
        if count >= 200:
            Path(reached).touch()
            time.sleep(600)

    reindex(settings, wait)


def test_one_that_is_killed_leaves_the_index_as_it_was(
    own_indexes: ElasticsearchSettings, client: Elasticsearch, tmp_path: Path
) -> None:
    with closing(open_index(own_indexes)) as index:
        index.upsert("articles", [article(f"old{at}", "Canal", at) for at in range(600)])
        reached = tmp_path / "reached"
        killed = SPAWN.Process(target=reindex_slowly, args=(own_indexes, str(reached)))
        killed.start()
        deadline = time.monotonic() + 60
        while not reached.exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert killed.pid is not None
        os.kill(killed.pid, signal.SIGKILL)
        killed.join()
        index.upsert("articles", [article("new", "Canal")])
        assert index.count("articles") <= 601
        name = f"{own_indexes.prefix}articles-000001"
        client.indices.add_block(index=name, block="write")  # as if it had been killed while writers had to wait
        with pytest.raises(UnavailableError):
            open_index(msgspec.structs.replace(own_indexes, patience=0)).upsert("articles", [article("later")])
        reindex(own_indexes, quiet)
        index.upsert("articles", [article("newer", "Canal")])
        index.refresh("articles")
        assert index.count("articles") == 602
        assert not client.indices.exists(index=name)


def test_what_cannot_be_read_is_named_and_nothing_changes(
    own_indexes: ElasticsearchSettings, client: Elasticsearch
) -> None:
    with closing(open_index(own_indexes)) as index:
        index.upsert("articles", [article("a"), article("b")])
        broken = {"id": "b", "schema": "enriched/1", "fetched": NOON.isoformat(), "written": NOON.isoformat()}
        client.index(index=f"{own_indexes.prefix}articles", id="b", document=broken)
        with pytest.raises(RedlineError, match=r"b of .*articles cannot be read: .*feed"):
            reindex(own_indexes, quiet)
        index.upsert("articles", [article("c")])
        assert set(index.get("articles", ["a", "c"])) == {"a", "c"}
