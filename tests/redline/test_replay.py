"""What is asked to be read again: the last version of each article of a time, oldest first, and how long it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from redline.homes import EmbeddedHomes
from redline.replay import Progress, ask, progress
from schemas.errors import QueryError
from schemas.protocols import Index, Log
from schemas.records import Article, EnrichedArticle, Replay, decode, encode
from tests.redline.stored import NOW


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    log = EmbeddedHomes(tmp_path).log()
    yield log
    log.close()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = EmbeddedHomes(tmp_path).index()
    yield index
    index.close()


def stored(number: int, seen: datetime, text: str = "Words.", version: int = 0) -> EnrichedArticle:
    return EnrichedArticle(
        id=f"a{number:03}", feed="f", fetched=seen, text=text, version=version, story="a000", signature="x"
    )


def asked(log: Log) -> list[Replay]:
    """The replays that the topic holds, partition by partition."""
    partitions = range(log.partitions("replay"))
    records = [record for partition in partitions for record in log.read("replay", partition, 0, 10_000)]
    return [decode(record.value or b"", Replay) for record in records]


def test_the_last_version_of_each_article_goes_the_oldest_first(log: Log, index: Index) -> None:
    articles = [stored(number, NOW + timedelta(minutes=number)) for number in range(500)]
    index.upsert("articles", articles)
    index.upsert("articles", [stored(250, NOW + timedelta(minutes=250), "Other words.", version=2 * 10**12)])
    assert ask(log, index, "2026-11-01", "*", None, NOW) == 500
    replays = asked(log)
    assert {replay.id for replay in replays} == {article.id for article in articles}
    for partition in range(log.partitions("replay")):
        keys = [record.key for record in log.read("replay", partition, 0, 10_000)]
        assert keys == sorted(keys)
        assert len(keys) > 50
    (changed,) = (replay.article for replay in replays if replay.id == "a250")
    assert (changed.text, changed.version) == ("Other words.", 2 * 10**12)


def test_only_the_article_goes_as_its_feed_gave_it(log: Log, index: Index) -> None:
    index.upsert("articles", [stored(1, NOW)])
    ask(log, index, "2026-11-01", "*", "w1", NOW)
    (replay,) = asked(log)
    assert replay == Replay(id="a001", article=Article(id="a001", feed="f", fetched=NOW, text="Words."), watch="w1")
    assert b"signature" not in encode(replay)


def test_only_what_was_first_seen_in_the_range_goes(log: Log, index: Index) -> None:
    index.upsert("articles", [stored(day, NOW + timedelta(days=day)) for day in range(9)])
    assert ask(log, index, "2026-11-22", "2026-11-24", None, NOW) == 3
    assert {replay.id for replay in asked(log)} == {"a002", "a003", "a004"}
    assert ask(log, index, "2027-01-01", "*", None, NOW) == 0
    with pytest.raises(QueryError):
        ask(log, index, "2026-11-24", "2026-11-22", None, NOW)


def test_the_time_left_follows_from_what_was_done(log: Log, index: Index) -> None:
    assert progress(log, index, NOW) == Progress(waiting=0)
    index.upsert("articles", [stored(number, NOW) for number in range(100)])
    ask(log, index, "2026-11-01", "*", None, NOW)
    assert progress(log, index, NOW + timedelta(seconds=3)) == Progress(waiting=100)
    log.commit("process", "replay", {0: log.end("replay", 0)})
    left = 100 - log.end("replay", 0)
    done = progress(log, index, NOW + timedelta(seconds=10))
    assert done == Progress(waiting=left, seconds=10 * left / (100 - left))
    log.commit("process", "replay", {one: log.end("replay", one) for one in range(log.partitions("replay"))})
    assert progress(log, index, NOW + timedelta(seconds=20)) == Progress(waiting=0)


def test_a_second_replay_is_reckoned_with_what_is_left_of_the_first(log: Log, index: Index) -> None:
    index.upsert("articles", [stored(number, NOW) for number in range(10)])
    ask(log, index, "2026-11-01", "*", None, NOW)
    ask(log, index, "2026-11-01", "*", None, NOW + timedelta(hours=5))
    assert progress(log, index, NOW + timedelta(hours=5, seconds=1)) == Progress(waiting=20)
