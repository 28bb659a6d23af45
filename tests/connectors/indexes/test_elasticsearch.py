"""The index on servers keeps the contract, and what only a server can do wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import msgspec
import pytest
from elasticsearch import Elasticsearch

from connectors.indexes.elasticsearch import ElasticsearchIndex, search
from connectors.indexes.elasticsearch.connection import connect
from connectors.indexes.settings import ElasticsearchSettings
from infra.elasticsearch import SECRET, USER, start_elasticsearch
from schemas.errors import RedlineError, UnavailableError
from schemas.mappings import mapping
from schemas.query.parse import parse
from schemas.records import INDEXES, Mark, Record, Relation
from tests.connectors.indexes.contract import IndexContract, OpenIndex
from tests.connectors.indexes.samples import NOON, alert, article, claim, mark, minutes
from tests.connectors.indexes.search_contract import SearchContract
from tests.servers import or_skip

pytestmark = pytest.mark.integration


def noon() -> datetime:
    return NOON


class TestElasticsearchIndex(IndexContract):
    @pytest.fixture
    def open_index(self, own_indexes: ElasticsearchSettings) -> OpenIndex:
        return partial(ElasticsearchIndex, own_indexes, noon)


class TestElasticsearchSearch(SearchContract):
    @pytest.fixture
    def open_index(self, own_indexes: ElasticsearchSettings) -> OpenIndex:
        moments = count()
        return partial(ElasticsearchIndex, own_indexes, lambda: NOON + timedelta(microseconds=next(moments)))


@pytest.fixture
def client(own_indexes: ElasticsearchSettings) -> Iterator[Elasticsearch]:
    with closing(connect(own_indexes)) as client:
        yield client


@pytest.fixture
def index(own_indexes: ElasticsearchSettings) -> Iterator[ElasticsearchIndex]:
    with closing(ElasticsearchIndex(own_indexes, noon)) as index:
        yield index


def test_every_index_is_a_single_one_behind_an_alias(
    index: ElasticsearchIndex, client: Elasticsearch, own_indexes: ElasticsearchSettings
) -> None:
    index.prepare()
    index.prepare()
    found = client.indices.get_alias(index=f"{own_indexes.prefix}*").body
    assert {name: list(made["aliases"]) for name, made in found.items()} == {
        f"{own_indexes.prefix}{name}-000001": [f"{own_indexes.prefix}{name}"] for name in INDEXES
    }


def test_an_index_that_is_no_alias_is_refused(
    index: ElasticsearchIndex, client: Elasticsearch, own_indexes: ElasticsearchSettings
) -> None:
    client.indices.create(index=f"{own_indexes.prefix}articles")
    with pytest.raises(RedlineError, match="articles must be an alias of a single index, and is an index itself"):
        index.get("articles", ["a"])
    client.indices.create(index=f"{own_indexes.prefix}claims-000001")
    with pytest.raises(RedlineError, match=r"and is missing, though there is an index .*claims-000001"):
        index.get("claims", ["a"])
    for at in (1, 2):
        client.indices.create(index=f"{own_indexes.prefix}x{at}", aliases={f"{own_indexes.prefix}marks": {}})
    with pytest.raises(RedlineError, match=r"and is one of 2: .*x1, .*x2"):
        index.get("marks", ["a"])


@pytest.mark.parametrize(
    ("path", "content"),
    [("side", {"type": "text"}), ("q.exact.side", None), ("q.words.quote", {"type": "text"})],
)
def test_an_index_with_another_mapping_is_refused(
    index: ElasticsearchIndex, client: Elasticsearch, own_indexes: ElasticsearchSettings, path: str, content: object
) -> None:
    name = f"{own_indexes.prefix}claims"
    client.indices.create(
        index=f"{name}-000001", aliases={name: {}}, mappings=changed(mapping("claims"), path, content)
    )
    with pytest.raises(RedlineError, match=rf"claims-000001 was made with another mapping \({path}\)"):
        index.upsert("claims", [claim()])


def test_an_index_gets_the_fields_that_records_have_gained(
    index: ElasticsearchIndex, client: Elasticsearch, own_indexes: ElasticsearchSettings
) -> None:
    name = f"{own_indexes.prefix}claims"
    older = changed(changed(mapping("claims"), "relation.why", None), "first_source", None)
    client.indices.create(index=f"{name}-000001", aliases={name: {}}, mappings=older)
    given = claim(first_source="Paper", relation=Relation(to="s0", kind="repeated", why="same words"))
    index.upsert("claims", [given])
    assert index.get("claims", ["s1"])["s1"].record == given


def changed(of: dict[str, Any], path: str, content: object) -> dict[str, Any]:
    """The mapping ``of`` with another ``content`` (None: nothing) at ``path``."""
    *above, last = path.split(".")
    properties = of["properties"]
    for step in above:
        properties = properties[step]["properties"]
    if content is None:
        del properties[last]
    else:
        properties[last] = content
    return of


def test_no_record_is_refused_for_what_a_field_holds(index: ElasticsearchIndex) -> None:
    given: list[Record] = [
        article("longest" * 20, "x" * 100_000, source="y" * 40_000, tags=("z" * 40_000,)),
        article("警" * 200, text="w" * 40_000, published=datetime(1, 1, 1, tzinfo=UTC), version=2**63 - 1),
        article(
            "b", "\x00\ud7ff\uffff", updated=datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), model={"": ""}
        ),
        mark(empty={}, list=[], none=None, deep=[[[{"a.b": 1e-300, "": 0.1}]]], big=2**60, q={"written": 1}),
    ]
    for record in given:
        name = "marks" if isinstance(record, Mark) else "articles"
        index.upsert(name, [record])
        assert index.get(name, [record.id])[record.id].record == record
        index.refresh(name)
        assert record in index.search(name, None).records


def test_a_keyword_over_the_limit_is_marked_and_found_by_what_is_left_of_it(
    index: ElasticsearchIndex, client: Elasticsearch, own_indexes: ElasticsearchSettings
) -> None:
    index.upsert("articles", [article(source="y" * 40_000)])
    index.refresh("articles")
    found = index.search("articles", parse(f"source:{'y' * 300}", "articles")).records
    assert [record.id for record in found] == ["a1"]
    hits = client.search(index=f"{own_indexes.prefix}articles", query={"term": {"_ignored": "source"}})["hits"]["hits"]
    assert [hit["_id"] for hit in hits] == ["a1"]


def test_only_the_newest_hits_are_counted_and_ranked(
    index: ElasticsearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "COUNTED", 5)
    monkeypatch.setattr(search, "RANKED", 5)
    # Of those of one time, which stand on the border, the first by id belong to the newest.
    index.upsert("articles", [article(f"a{at}", "canal " * (10 - at), at // 4, source=f"s{at}") for at in range(10)])
    index.refresh("articles")
    assert index.search("articles", None, facets=("source",)).facets["source"] == {
        f"s{at}": 1 for at in (4, 5, 6, 8, 9)
    }
    best = index.search("articles", parse("canal", "articles"), sort="best").records
    assert {record.id for record in best} == {"a4", "a5", "a6", "a8", "a9"}
    assert best[0].id == "a4"


def test_an_alert_keeps_its_place_when_its_state_changes(own_indexes: ElasticsearchSettings) -> None:
    times = iter(minutes(at) for at in count())
    with closing(ElasticsearchIndex(own_indexes, lambda: next(times))) as index:
        index.create("alerts", [alert("t1")])
        index.create("alerts", [alert("t2")])
        index.upsert("alerts", [alert("t1", version=2, state="seen")])
        index.refresh("alerts")
        assert [record.id for record in index.search("alerts", None).records] == ["t2", "t1"]


def test_a_record_of_another_index_is_refused(index: ElasticsearchIndex) -> None:
    with pytest.raises(TypeError, match="articles holds EnrichedArticle, not Mark"):
        index.upsert("articles", [mark()])
    with pytest.raises(ValueError, match="there is no index 'artikles'; there are articles"):
        index.get("artikles", ["a1"])


RIGHTS = {
    "redline": {
        "cluster": ["monitor"],
        "indices": [{"names": ["redline-*"], "privileges": ["create_index", "manage", "read", "write"]}],
    }
}
"""What an account of Redline needs, and no more."""


def test_a_login_and_an_authority_are_needed_where_the_server_asks_for_them(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with or_skip(lambda: start_elasticsearch(tmp_path_factory.mktemp("secured"), tls=True)) as server:
        right = ElasticsearchSettings(
            urls=(server.url,), ca_file=server.authority, user=USER, password=SECRET, timeout=60
        )
        with closing(ElasticsearchIndex(right, noon)) as index:
            index.upsert("articles", [article()])
        with closing(connect(right)) as client:
            key = client.security.create_api_key(name="desk", role_descriptors=RIGHTS)["encoded"]
        by_key = msgspec.structs.replace(right, user=None, password=None, api_key=key)
        with closing(ElasticsearchIndex(by_key, noon)) as index:
            index.prepare()
            assert index.get("articles", ["a1"])["a1"].record == article()
            index.upsert("articles", [article(version=2)])
            index.put("marks", mark(), None)
            index.refresh("articles")
            assert len(list(index.scan("articles"))) == len(index.search("articles", None).records) == 1
            index.delete("articles", ["none"])
        for wrong, said in (
            (msgspec.structs.replace(right, password="wrong"), r"refuses who asks \(401\): see to user and password"),
            (msgspec.structs.replace(right, ca_file=None), "certificate is not trusted: set ca_file"),
        ):
            with closing(ElasticsearchIndex(wrong, noon)) as index, pytest.raises(RedlineError, match=said):
                index.get("articles", ["a1"])
        unverified = msgspec.structs.replace(right, ca_file=None, verify=False)
        with closing(ElasticsearchIndex(unverified, noon)) as index:
            assert set(index.get("articles", ["a1"])) == {"a1"}


def test_writers_go_on_through_a_crash_of_the_server(tmp_path_factory: pytest.TempPathFactory) -> None:
    with or_skip(lambda: start_elasticsearch(tmp_path_factory.mktemp("crashing"))) as server:
        settings = ElasticsearchSettings(urls=(server.url,), timeout=10)
        with closing(ElasticsearchIndex(settings, noon)) as index, ThreadPoolExecutor(1) as pool:
            index.prepare()
            acknowledged: list[str] = []

            def write() -> None:
                for batch in range(30):
                    ids = [f"a{batch}-{at}" for at in range(20)]
                    while acknowledged[-1:] != ids[-1:]:
                        with suppress(UnavailableError):
                            index.upsert("articles", [article(id_) for id_ in ids])
                            acknowledged.extend(ids)

            writing = pool.submit(write)
            while len(acknowledged) < 100 and not writing.done():
                time.sleep(0.01)
            server.kill()
            server.start()
            writing.result()
            index.refresh("articles")
            assert {record.id for record in index.scan("articles")} == set(acknowledged)
            assert len(acknowledged) == 600
