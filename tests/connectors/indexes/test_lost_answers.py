"""A write that was done is known to have been done, also where the server's answer never came."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import msgspec
import pytest

from connectors.indexes.elasticsearch import ElasticsearchIndex
from connectors.indexes.settings import ElasticsearchSettings
from redline.watches import GENERATION, add_watch, new_watch
from schemas.errors import UnavailableError
from schemas.protocols import Index
from schemas.records import Alert, Mark
from tests.connectors.indexes.proxy import Proxy, lose, proxy_before, refuse_all
from tests.connectors.indexes.samples import NOON, alert, mark

pytestmark = pytest.mark.integration


@pytest.fixture
def proxy(own_indexes: ElasticsearchSettings) -> Iterator[Proxy]:
    with proxy_before(own_indexes.urls[0]) as proxy:
        proxy.spoilt = ("/_bulk", "/_doc/")
        yield proxy


@pytest.fixture
def index(own_indexes: ElasticsearchSettings, proxy: Proxy) -> Iterator[ElasticsearchIndex]:
    settings = msgspec.structs.replace(own_indexes, urls=(proxy.url,), patience=0.5)
    with closing(ElasticsearchIndex(settings, lambda: NOON)) as index:
        index.prepare()
        yield index


@pytest.fixture
def other(own_indexes: ElasticsearchSettings) -> Iterator[ElasticsearchIndex]:
    """Another process's, past the proxy."""
    with closing(ElasticsearchIndex(own_indexes, lambda: NOON)) as index:
        yield index


def patiently(call: Callable[[], object]) -> object:
    """The second try of what must fail at the first."""
    with pytest.raises(UnavailableError):
        call()
    return call()


def revision(index: Index) -> object:
    return index.get("marks", ["counter"])["counter"].revision


def test_a_put_whose_answer_was_lost_succeeds_when_it_is_tried_again(index: ElasticsearchIndex, proxy: Proxy) -> None:
    seen: object | None = None
    for count in range(3):
        proxy.faults[:] = [lose]
        raised = mark("counter", count=count)
        seen = patiently(lambda: index.put("marks", raised, seen))  # noqa: B023
        assert seen == revision(index)
    assert index.put("marks", mark("counter", count=2), None) is None


@pytest.mark.parametrize("lost", [lose, refuse_all(503)], ids=["done", "not done"])
def test_a_put_that_another_was_before_is_refused_though_it_writes_the_same(
    index: ElasticsearchIndex, other: ElasticsearchIndex, proxy: Proxy, lost: Callable[..., object]
) -> None:
    first = index.put("marks", mark("counter", count=1), None)
    raised = mark("counter", count=2)
    proxy.faults[:] = [lost]  # type: ignore[list-item]
    with pytest.raises(UnavailableError):
        index.put("marks", raised, first)
    between = other.put("marks", raised, revision(other))
    assert between is not None
    assert index.put("marks", raised, first) is None
    assert revision(index) == between


def test_one_of_two_threads_that_put_the_same_has_written_it(index: ElasticsearchIndex, proxy: Proxy) -> None:
    proxy.faults[:] = [lose]
    with pytest.raises(UnavailableError):
        index.put("marks", mark("counter"), None)
    results: list[object | None] = []
    threads = [
        threading.Thread(target=lambda: results.append(index.put("marks", mark("counter"), None))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result is None for result in results) == [False, True, True, True]


def test_what_was_created_is_new_though_the_answer_was_lost(
    index: ElasticsearchIndex, other: ElasticsearchIndex, proxy: Proxy
) -> None:
    other.create("alerts", [alert("old")])
    alerts = [alert(name) for name in ("old", "a", "b")]
    proxy.faults[:] = [lose, lose]
    assert index.create("alerts", alerts) == {"a", "b"}
    assert index.create("alerts", alerts) == set()
    assert other.create("alerts", [*alerts, alert("c")]) == {"c"}


def test_what_was_created_is_new_when_it_is_tried_again_after_an_outage(
    index: ElasticsearchIndex, other: ElasticsearchIndex, proxy: Proxy
) -> None:
    alerts = [alert("a"), alert("b")]
    proxy.always = lose
    with pytest.raises(UnavailableError):
        index.create("alerts", alerts)
    proxy.always = None
    assert other.create("alerts", alerts) == set()
    assert index.create("alerts", alerts) == {"a", "b"}
    assert index.create("alerts", alerts) == set()


def test_the_token_is_no_part_of_the_record(index: ElasticsearchIndex) -> None:
    index.create("alerts", [alert("a")])
    index.put("marks", mark("m", count=1), None)
    found = index.get("alerts", ["a"])["a"].record
    assert found == alert("a")
    assert isinstance(found, Alert)
    assert index.get("marks", ["m"])["m"].record == mark("m", count=1)


def test_a_watch_is_added_once_though_answers_are_lost(index: ElasticsearchIndex, proxy: Proxy) -> None:
    watch = new_watch("harbours", "harbour", NOON, over="articles")
    proxy.faults[:] = [lambda body, forward: forward(body), lose]  # of the watch, and of the generation
    patiently(lambda: add_watch(index, watch))
    assert [record.id for record in index.scan("watches")] == [watch.id]
    generation = index.get("marks", [GENERATION])[GENERATION].record
    assert isinstance(generation, Mark)
    assert generation.data["n"] >= 1
