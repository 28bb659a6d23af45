"""What the log does not take whole is cut or set aside, and never harms what is beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.feeds.publish import DEAD_LETTERS, TOPIC, cut, publish
from connectors.logs.sqlite import SqliteLog
from schemas.errors import TooLargeError, UnavailableError
from schemas.protocols import Message
from schemas.records import Article, DeadLetter, decode, encode
from schemas.times import utc_now

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
LIMIT = 2000


class NarrowLog(SqliteLog):
    """A log whose articles have at most ``LIMIT`` bytes; while it is ``full`` it takes no dead letters."""

    full = False

    def append(self, topic: str, messages: Sequence[Message]) -> None:
        if self.full and topic == DEAD_LETTERS:
            raise UnavailableError("the disk is full")
        for message in messages:
            if topic == TOPIC and len(message.value or b"") > LIMIT:
                raise TooLargeError(message.key, len(message.value or b""), LIMIT)
        super().append(topic, messages)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[NarrowLog]:
    log = NarrowLog(tmp_path / "log.sqlite", utc_now)
    yield log
    log.close()


def values(log: SqliteLog, topic: str) -> list[bytes]:
    return [record.value or b"" for one in range(log.partitions(topic)) for record in log.read(topic, one, 0, 100)]


def article(name: str, text: str = "Nothing new.", tags: int = 0) -> Article:
    return Article(
        id=name, feed="http://wire.example/rss", fetched=NOW, text=text, tags=tuple(f"tag {n}" for n in range(tags))
    )


def test_tags_are_cut_where_they_are_too_many(log: NarrowLog) -> None:
    publish(log, [article("a"), article("b", tags=1000), article("c")], NOW)
    stored = {one.id: one for one in (decode(value, Article) for value in values(log, TOPIC))}
    assert stored["a"] == article("a")
    assert stored["c"] == article("c")
    kept = stored["b"].tags
    assert stored["b"].truncated
    assert kept == article("b", tags=1000).tags[: len(kept)]
    assert LIMIT - 50 < len(encode(stored["b"])) <= LIMIT
    assert values(log, "dead-letters") == []


def test_what_cannot_be_cut_is_set_aside_with_its_size_and_the_limit(log: NarrowLog) -> None:
    publish(log, [article("a"), article("b", text="x" * 3000, tags=100), article("c")], NOW)
    assert {decode(value, Article).id for value in values(log, TOPIC)} == {"a", "c"}
    (letter,) = [decode(value, DeadLetter) for value in values(log, "dead-letters")]
    assert letter.id == f"articles/b/{article('b').version}"
    assert "record b has 31" in letter.error
    assert "takes 2000 at most" in letter.error
    assert decode(letter.record, Article).text == "x" * 3000


def test_a_dead_letter_is_told_when_the_log_has_it_and_its_article_is_not_among_the_published(
    log: NarrowLog, caplog: pytest.LogCaptureFixture
) -> None:
    articles = [article("a"), article("b", text="x" * 3000)]
    log.full = True
    with pytest.raises(UnavailableError):
        publish(log, articles, NOW)
    assert not caplog.records
    log.full = False
    assert publish(log, articles, NOW) == [article("a")]
    (told,) = [vars(record) for record in caplog.records if record.msg == "dead letter"]
    assert (told["article"], told["stage"]) == ("b", "fetch")


def test_nothing_to_publish(log: NarrowLog) -> None:
    publish(log, [], NOW)
    assert values(log, TOPIC) == []


@given(tags=st.lists(st.text(max_size=30)), authors=st.lists(st.text(max_size=30)), excess=st.integers(1, 500))
def test_law_a_cut_frees_what_it_is_asked_for_or_all_there_is(tags: list[str], authors: list[str], excess: int) -> None:
    whole = Article(id="a", feed="f", fetched=NOW, text="t", tags=tuple(tags), authors=tuple(authors))
    shorter = cut(whole, excess)
    assert shorter.truncated
    assert whole.tags[: len(shorter.tags)] == shorter.tags
    assert len(encode(whole)) - len(encode(shorter)) >= excess or not (shorter.tags or shorter.authors)
