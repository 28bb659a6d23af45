"""The checks fail where something is lost, doubled, or done too early: each law is broken here once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from pipelines.novelty.assign import Novelty
from pipelines.writing import Writer
from redline.homes import EmbeddedHomes
from schemas.protocols import Index, Log, Message
from schemas.records import Alert, Article, Delivery, EnrichedArticle, Evidence, Statement, Trace, Watch, encode
from schemas.times import utc_now
from tests.faults.facts import differences, known, not_delivered, not_durable

URLS = ("https://harbour.example/dam", "https://meridian.example/dam")
WORDS = "If Veldia should open the dam, we will bomb it, the general of Tarn said."


class Home(NamedTuple):
    """A log and an index that hold two articles, one claim and one alert, all of it done."""

    log: Log
    records: Index


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    homes = EmbeddedHomes(tmp_path)
    home = Home(homes.log(), homes.index())
    fill(home)
    yield home
    home.log.close()
    home.records.close()


def fill(home: Home) -> None:
    now, novelty = utc_now(), Novelty()
    home.records.upsert("watches", [Watch(id="w", name="w", query="bomb", created=now)])
    articles = [
        Article(id=f"a{n}", feed="f", url=url, fetched=now, title="Dam", text=WORDS) for n, url in enumerate(URLS)
    ]
    home.log.append("articles", [Message(each.id, encode(each)) for each in articles])
    assigned = [novelty.assign(read(each), None) for each in articles]
    claim = assigned[0].article.statements[0].claim
    alert = Alert(id="alert", watch="w", article="a0", claim=claim, trace=Trace(fetched=now, matched=now))
    Writer(home.log, home.records, utc_now).write(assigned, [alert])
    home.records.upsert("deliveries", [Delivery(id="alert/desk", alert="alert", channel="desk", delivered=now)])
    for group, topic in (("process", "articles"), ("notify", "alerts")):
        ends = {partition: home.log.end(topic, partition) for partition in range(home.log.partitions(topic))}
        home.log.commit(group, topic, ends)


def read(article: Article) -> EnrichedArticle:
    """``article`` as if it had been read."""
    evidence = Evidence(field="text", start=0, end=len(WORDS), text=WORDS)
    statement = Statement(
        id=f"s-{article.id}",
        article=article.id,
        kind="threat",
        side="Tarn",
        target_sides=("Veldia",),
        quote=WORDS[:40],
        evidence=(evidence,),
        confidence=0.9,
        first_seen=article.first_seen,
        version=article.version,
    )
    fields = {name: getattr(article, name) for name in article.__struct_fields__}
    return EnrichedArticle(**fields, statements=(statement,))


def test_nothing_is_wrong_where_all_is_there(home: Home) -> None:
    facts = known(home.records)
    assert {fact.kind for fact in facts} == {"article", "story", "statement", "claim", "alert"}
    assert differences(known(home.records), facts, URLS) == []
    assert not_durable(*home) == []
    assert not_delivered(*home, ["alert"]) == []


@pytest.mark.parametrize(
    ("index", "id_", "told"),
    [
        ("articles", "a1", "committed, but not stored: article a1"),
        ("statements", "s-a0", "committed, but not stored: statement s-a0"),
        ("claims", "s-a0", "committed, but not in its claim: statement s-a0"),
        ("deliveries", "alert/desk", "committed, but without a delivery: alert alert"),
    ],
)
def test_what_is_committed_must_be_stored(home: Home, index: str, id_: str, told: str) -> None:
    home.records.delete(index, [id_])
    assert told in not_durable(*home)


def test_a_claim_must_have_the_statements_that_name_it(home: Home) -> None:
    found = home.records.get("claims", ["s-a0"])["s-a0"].record
    home.records.upsert("claims", [replace(found, members=found.members[:1])])  # type: ignore[attr-defined]
    assert not_durable(*home) == ["committed, but not in its claim: statement s-a1"]


def test_what_is_lost_or_too_much_is_told(home: Home) -> None:
    facts = known(home.records)
    home.records.delete("statements", ["s-a1"])
    copy = home.records.get("articles", ["a0"])["a0"].record
    home.records.upsert("articles", [replace(copy, id="again")])
    lines = differences(known(home.records), facts, URLS)
    assert [line.partition(",")[0] for line in lines] == [
        "lost: 1 of kind statement",
        "too much: 1 of kind article",
    ]
    assert differences(facts, facts, []) != []


def test_an_alert_must_be_in_topic_and_index_and_arrive(home: Home) -> None:
    assert not_delivered(*home, []) == ["never arrived: alert alert"]
    assert not_delivered(*home, ["alert", "other"]) == ["arrived, but not stored: alert other"]
    alert = home.records.get("alerts", ["alert"])["alert"].record
    home.records.create("alerts", [replace(alert, id="lonely")])
    assert "stored, but not in the topic: alert lonely" in not_delivered(*home, ["alert", "lonely"])
    home.records.delete("alerts", ["alert"])
    assert "in the topic, but not stored: alert alert" in not_delivered(*home, ["alert", "lonely"])
    home.records.upsert("deliveries", [Delivery(id="alert/desk", alert="alert", channel="desk", version=2)])
    assert "still to be delivered: alert alert" in not_delivered(*home, ["alert"])
