"""Replay over both homes: live articles go on, kills lose nothing, and nobody is alerted of the past."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from threading import Event, Thread

import pytest
from msgspec.structs import replace

from connectors.channels.terminal import Terminal
from connectors.indexes.settings import ElasticsearchSettings
from pipelines.process import run
from pipelines.reading.settings import ReadingSettings
from pipelines.session import Work
from pipelines.settings import ProcessSettings
from redline import notify
from redline.homes import EmbeddedHomes, ServerHomes
from redline.lifecycle import Stop
from redline.replay import ask, progress
from redline.watches import add_watch, new_watch
from schemas.protocols import Index, Log, Message
from schemas.records import Alert, Article, Claim, EnrichedArticle, Evidence, Statement, decode, encode
from schemas.times import utc_now
from tests.connectors.logs.test_kafka import settings_for
from tests.pipelines.test_process import ordinary, threats
from tests.processes import eventually

pytestmark = pytest.mark.integration


class Desk:
    """An installation on one of the homes."""

    def __init__(self, homes: EmbeddedHomes | ServerHomes, environment: dict[str, str]) -> None:
        self.homes = homes
        # A few at a time, so that a kill comes before all is done.
        self.environment = {**os.environ, "REDLINE_PROCESS_DRAIN_RECORDS": "40", **environment}
        self.log: Log = homes.log()
        self.index: Index = homes.index()

    def publish(self, articles: list[Article]) -> None:
        self.log.append("articles", [Message(each.id, encode(each)) for each in articles])

    def process(self) -> None:
        run(Work(self.homes, ReadingSettings(), ProcessSettings(workers=1)), Event(), once=True)

    @contextmanager
    def command(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """``redline`` with ``words`` as a process of its own; killed at the end of the block where it still runs."""
        command = [sys.executable, "-m", "redline", *words]
        with subprocess.Popen(command, env=self.environment, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield process
            finally:
                process.kill()

    def articles(self) -> dict[str, EnrichedArticle]:
        self.index.refresh("articles")
        return {each.id: each for each in self.index.scan("articles") if isinstance(each, EnrichedArticle)}

    def alerts(self) -> dict[str, Alert]:
        self.index.refresh("alerts")
        return {each.id: each for each in self.index.scan("alerts") if isinstance(each, Alert)}

    def announced(self) -> list[str]:
        """The id of every alert in the topic, as often as it is there."""
        parts = range(self.log.partitions("alerts"))
        records = [record for part in parts for record in self.log.read("alerts", part, 0, 1000)]
        return [decode(record.value or b"", Alert).id for record in records]

    def waiting(self) -> int:
        return progress(self.log, self.index, utc_now()).waiting

    def store_as_read_without_rules(self, articles: list[Article]) -> None:
        """Store ``articles`` as an earlier version left them that found no statement in them."""
        fields = Article.__struct_fields__
        read = [
            EnrichedArticle(**{name: getattr(each, name) for name in fields}, story=each.id, indexed=each.fetched)
            for each in articles
        ]
        self.index.upsert("articles", read)
        self.index.refresh("articles")

    def add_statement_nobody_made(self, article: str) -> Statement:
        """Store a statement in ``article`` as an earlier version of the rules took it for one."""
        stored = self.articles()[article]
        words = stored.field("text").split(". ")[0]
        bogus = Statement(
            id="bogus", article=article, claim="bogus", kind="warning", side="Atlantis", confidence=0.9,
            evidence=(Evidence(field="text", start=0, end=len(words), text=words),),
            first_seen=stored.first_seen, version=stored.version,
        )  # fmt: skip
        self.index.upsert("articles", [replace(stored, statements=(*stored.statements, bogus))])
        self.index.upsert("statements", [bogus])
        return bogus

    def close(self) -> None:
        self.log.close()
        self.index.close()


@pytest.fixture(params=["embedded", "servers"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    if request.param == "embedded":
        made = Desk(EmbeddedHomes(tmp_path), {"REDLINE_DATA": str(tmp_path)})
    else:
        kafka = settings_for(request.getfixturevalue("kafka"))
        indexes: ElasticsearchSettings = request.getfixturevalue("own_indexes")
        settings = tmp_path / "redline.toml"
        settings.write_text(
            f'data = "{tmp_path}"\n'
            f'[kafka]\nbootstrap_servers = ["{kafka.bootstrap_servers[0]}"]\nprefix = "{kafka.prefix}"\n'
            f'[elasticsearch]\nurls = ["{indexes.urls[0]}"]\nprefix = "{indexes.prefix}"\ntimeout = 60\n'
        )
        made = Desk(ServerHomes(tmp_path, kafka, indexes), {"REDLINE_CONFIG": str(settings)})
    yield made
    made.close()


def test_a_replay_finds_what_was_missed_retracts_what_is_gone_and_alerts_nobody(desk: Desk) -> None:
    add_watch(desk.index, new_watch("all", "kind:(threat OR red_line OR ultimatum OR warning)", utc_now()))
    missed, known = threats(2)[::6], [each for each in threats(2) if not each.id.startswith("Norway")]
    desk.store_as_read_without_rules(missed)
    desk.publish(known)
    desk.process()
    desk.add_statement_nobody_made("Chile-1")
    before, alerts, began = desk.articles(), desk.alerts(), utc_now()
    assert len(alerts) == 5
    assert {alert.state for alert in alerts.values()} == {"new"}

    assert ask(desk.log, desk.index, "now-1d", "now", None, began) == 12
    desk.publish(ordinary(5))
    desk.process()

    after = desk.articles()
    assert desk.waiting() == 0
    assert set(after) == {*before, *(each.id for each in ordinary(5))}
    assert all(each.indexed is not None and each.indexed > began for each in after.values())
    for id_ in before:
        assert {each.id for each in before[id_].statements} <= {each.id for each in after[id_].statements}
        assert after[id_].story == before[id_].story
    states = {each.id: each.state for each in after["Chile-1"].statements}
    assert states.pop("bogus") == "retracted"
    assert set(states.values()) == {None}
    statement = desk.index.get("statements", ["bogus"])["bogus"].record
    assert isinstance(statement, Statement)
    assert statement.state == "retracted"

    found = {id_: alert for id_, alert in desk.alerts().items() if id_ not in alerts}
    assert desk.alerts() == {**alerts, **found}, "an old alert was changed"
    (new,) = found.values()
    assert (new.state, new.article[:6]) == ("replayed", "Norway")
    assert sorted(desk.announced()) == sorted([*alerts, new.id])
    claim = desk.index.get("claims", [new.claim or ""])[new.claim or ""].record
    assert isinstance(claim, Claim)
    assert {member.article for member in claim.members} == {"Norway-0", "Norway-1"}

    desk.publish(threats(3)[12:])  # later reports of all six claims
    desk.process()
    assert set(desk.alerts()) == {*alerts, new.id}
    delivered = StringIO()
    notify.run(desk.log, desk.index, {"terminal": Terminal(delivered)}, Stop(), utc_now, once=True)
    assert "Danish" not in delivered.getvalue()
    assert "Peruvian" in delivered.getvalue()


def test_a_new_watch_is_tried_on_the_past_alone(desk: Desk) -> None:
    desk.publish(threats(1))
    desk.process()
    add_watch(desk.index, new_watch("other", "kind:(threat OR warning)", utc_now()))
    tried = new_watch("tried", "side:(Norway OR Kenya)", utc_now())
    add_watch(desk.index, tried)
    ask(desk.log, desk.index, "now-1d", "now", tried.id, utc_now())
    desk.process()
    alerts = desk.alerts().values()
    assert {(alert.watch, alert.state) for alert in alerts} == {(tried.id, "replayed")}
    assert {alert.article for alert in alerts} == {"Norway-0", "Kenya-0"}


def test_a_replay_goes_on_after_a_kill_while_live_articles_come(desk: Desk) -> None:
    add_watch(desk.index, new_watch("all", "kind:(threat OR red_line OR ultimatum OR warning)", utc_now()))
    desk.publish(threats(4) + ordinary(40))
    desk.process()
    alerts, began = desk.alerts(), utc_now()
    total = ask(desk.log, desk.index, "now-1d", "now", None, began)
    assert total == 64
    enough = Event()
    live: list[str] = []

    def go_on() -> None:
        while not enough.wait(0.5):
            article = replace(ordinary(1)[0], id=f"live-{len(live)}", text=f"Rain, number {len(live)}. " * 9)
            desk.publish([article])
            live.append(article.id)

    feed = Thread(target=go_on)
    feed.start()
    try:
        for _ in range(2):
            waiting = desk.waiting()
            with desk.command("process") as process:
                assert eventually(lambda: process.poll() is not None or desk.waiting() < waiting, 300)  # noqa: B023
                process.kill()
                assert process.stderr is not None
                assert desk.waiting() < waiting, process.stderr.read()
        assert 0 < desk.waiting() < total, "the kills came when all was done"
    finally:
        enough.set()
        feed.join()
    desk.process()
    articles = desk.articles()
    assert set(articles) == {each.id for each in threats(4) + ordinary(40)} | set(live)
    assert all(each.indexed is not None and each.indexed > began for each in articles.values())
    assert desk.alerts() == alerts
    assert sorted(desk.announced()) == sorted(alerts)


def test_the_command_does_it_where_no_process_runs_and_leaves_it_to_one_that_does(desk: Desk) -> None:
    desk.publish(threats(2))
    desk.process()
    began = utc_now()
    with desk.command("replay", "--from", "now-1d") as alone:
        _, said = alone.communicate(timeout=300)
    assert alone.returncode == 0, said
    assert "12 articles are to be read again" in said
    assert said.rstrip().endswith("nothing waits to be read again")
    assert all(each.indexed is not None and each.indexed > began for each in desk.articles().values())

    with desk.command("process") as process:
        assert process.stderr is not None
        assert '"ready"' in process.stderr.readline()
        time.sleep(0.5)  # until it has the lease
        with desk.command("replay", "--from", "now-1d") as follower:
            _, said = follower.communicate(timeout=300)
        assert follower.returncode == 0, said
        assert "another process owns" not in said
        assert process.poll() is None
    assert desk.waiting() == 0
