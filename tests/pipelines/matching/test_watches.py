"""Which alerts an article raises, and in what state: news, what is older than the watch, what is read again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.indexes.sqlite import SqliteIndex
from pipelines.matching.watches import WatchBook
from pipelines.novelty.assign import Assigned, Novelty, Rereading
from schemas.records import Watch
from tests.connectors.indexes.samples import NOON, article, statement

BEFORE, AFTER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqliteIndex]:
    index = SqliteIndex(tmp_path / "index.sqlite", lambda: AFTER)
    index.upsert(
        "watches",
        [
            Watch(id="old", name="old", query="side:torvia", created=BEFORE),
            Watch(id="new", name="new", query="side:torvia", created=AFTER),
        ],
    )
    yield index
    index.close()


def states(index: SqliteIndex, assigned: Assigned) -> dict[str, str]:
    return {alert.watch: alert.state for alert in WatchBook(index, lambda: AFTER).alerts(assigned)}


def assigned(state: str | None = None) -> Assigned:
    return Novelty().assign(article(statements=(statement(state=state),)), None)


def test_what_is_older_than_a_watch_is_its_backlog(index: SqliteIndex) -> None:
    assert states(index, assigned()) == {"old": "new", "new": "backlog"}


def test_a_watch_of_a_time_to_come_was_made_before_the_clock_was_set_back_and_still_alerts(index: SqliteIndex) -> None:
    alerts = WatchBook(index, lambda: NOON).alerts(assigned())
    assert {alert.watch: alert.state for alert in alerts} == {"old": "new", "new": "new"}


def test_what_is_read_again_is_replayed_whatever_the_watch_is_older_than(index: SqliteIndex) -> None:
    again = replace(assigned(), rereading=Rereading())
    assert states(index, again) == {"old": "replayed", "new": "replayed"}


def test_one_watch_alone_can_be_tried(index: SqliteIndex) -> None:
    assert states(index, replace(assigned(), rereading=Rereading("new"))) == {"new": "replayed"}
    assert states(index, replace(assigned(), rereading=Rereading("gone"))) == {}


def test_the_same_claim_has_the_same_alert_when_it_is_read_again(index: SqliteIndex) -> None:
    book, first = WatchBook(index, lambda: AFTER), assigned()
    again = replace(first, rereading=Rereading())
    assert [alert.id for alert in book.alerts(first)] == [alert.id for alert in book.alerts(again)]


def test_retracted_statements_match_nothing(index: SqliteIndex) -> None:
    gone = Novelty().assign(article(), article(statements=(statement(claim="s1"),)))
    assert [each.state for each in gone.article.statements] == ["retracted"]
    assert states(index, replace(gone, rereading=Rereading())) == {}
