"""Retention on both homes: what is old goes, what is on its way or still compared stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from connectors.indexes.settings import ElasticsearchSettings
from redline.homes import EmbeddedHomes, ServerHomes
from redline.retention import prune
from schemas.errors import RedlineError
from schemas.protocols import Index, Log, Message
from schemas.records import Alert, Claim, DeadLetter, Delivery, Member, Record, Trace, Watch
from schemas.times import utc_now
from tests.connectors.logs.test_kafka import settings_for
from tests.redline.stored import article, statement

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)


class Home:
    """A log and an index that hold old and new records, seen from a month after the old ones."""

    def __init__(self, homes: EmbeddedHomes | ServerHomes) -> None:
        self.log: Log = homes.log()
        self.index: Index = homes.index()
        self.old = utc_now() - timedelta(hours=1)
        self.before = utc_now() + DAY
        self.now = self.old + 30 * DAY
        self.told: dict[str, int] = {}

    def store(self, name: str, *records: Record) -> None:
        self.index.upsert(name, records)
        self.index.refresh(name)

    def append(self, topic: str, *keys: str) -> None:
        self.log.append(topic, [Message(key, b"{}") for key in keys])

    def read_all(self, topic: str, group: str) -> None:
        self.log.commit(group, topic, {one: self.log.end(topic, one) for one in range(self.log.partitions(topic))})

    def left(self, topic: str) -> int:
        return sum(
            self.log.end(topic, one) - self.log.earliest(topic, one) for one in range(self.log.partitions(topic))
        )

    def ids(self, name: str) -> set[str]:
        self.index.refresh(name)
        return {record.id for record in self.index.scan(name)}

    def prune(self) -> None:
        prune(self.log, self.index, self.before, self.now, self.told.__setitem__)


@pytest.fixture(params=["embedded", "servers"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    if request.param == "embedded":
        made = Home(EmbeddedHomes(tmp_path))
    else:
        kafka = settings_for(request.getfixturevalue("kafka"))
        indexes: ElasticsearchSettings = request.getfixturevalue("own_indexes")
        made = Home(ServerHomes(tmp_path, kafka, indexes))
    yield made
    made.log.close()
    made.index.close()


def claim(id_: str, first: datetime, last: datetime) -> Claim:
    member = Member(statement=id_, article="a1", first_seen=first)
    return Claim(
        id=id_, side="Valdia", kind="threat", confidence=0.9, members=(member,), first_seen=first, last_seen=last,
        version=1, sightings=1, sources=1,
    )  # fmt: skip


def alert(id_: str, seen: datetime) -> Alert:
    return Alert(id=id_, watch="w", article="a1", trace=Trace(fetched=seen, matched=seen))


def dead_letter(failed: datetime) -> DeadLetter:
    return DeadLetter(
        id="d", record=b"?", topic="articles", partition=0, offset=7, stage="read", error="no JSON", failed=failed
    )


def test_what_is_older_goes_and_the_rest_stays(home: Home) -> None:
    old, recent = home.old, home.now - DAY
    said = replace(statement(1, 1, old), state="retracted")
    home.store("articles", *(article(number, old) for number in range(1200)), article(5000, recent))
    home.store("statements", said, statement(5000, 5000, recent))
    home.store("claims", claim("gone", old, old), claim("still-reported", old, recent))
    home.store("alerts", alert("gone", old), alert("recent", recent))
    delivered = Delivery(id="gone/mail", alert="gone", channel="mail", delivered=old)
    home.store("deliveries", delivered, replace(delivered, id="recent/mail", alert="recent"))
    home.store("watches", Watch(id="w", name="all", query="ship", created=old))
    home.store("dead-letters", dead_letter(old))
    home.append("articles", "a", "b")
    home.append("alerts", "gone")
    home.read_all("articles", "process")
    home.read_all("alerts", "notify")

    home.prune()

    assert home.ids("articles") == {"a5000"}
    assert home.ids("statements") == {"s5000"}
    assert home.ids("claims") == {"still-reported"}
    assert home.ids("alerts") == {"recent"}
    assert home.ids("deliveries") == {"recent/mail"}
    assert home.ids("watches") == {"w"}
    assert home.ids("dead-letters") == {"d"}
    assert (home.left("articles"), home.left("alerts")) == (0, 0)
    assert home.told["articles"] == 1200
    home.prune()
    assert set(home.told.values()) == {0}


def test_an_alert_on_its_way_stays(home: Home) -> None:
    home.store("alerts", alert("held", home.old))
    home.store("deliveries", Delivery(id="held/mail", alert="held", channel="mail", tries=3, error="refused"))
    home.prune()
    assert home.ids("alerts") == {"held"}
    assert home.ids("deliveries") == {"held/mail"}


def test_what_is_not_read_yet_is_not_removed(home: Home) -> None:
    home.store("articles", article(1, home.old))
    home.append("articles", "a")
    with pytest.raises(RedlineError, match=r"topic articles .* redline process has not read: let it run first"):
        home.prune()
    assert (home.ids("articles"), home.left("articles")) == ({"a1"}, 1)


def test_what_new_articles_are_compared_with_is_not_removed(home: Home) -> None:
    home.store("articles", article(1, home.old))
    home.before = home.now - 13 * DAY
    with pytest.raises(RedlineError, match="the claims of the last 14 days"):
        home.prune()
    assert home.ids("articles") == {"a1"}
