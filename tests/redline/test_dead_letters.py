"""Over both homes: what fails is listed, what works when tried again is gone, what fails again stays and counts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from threading import Event

import pytest
from msgspec.structs import replace

from connectors.channels.terminal import Terminal
from connectors.feeds.publish import publish
from connectors.indexes.settings import ElasticsearchSettings
from connectors.logs.kafka import KafkaLog
from connectors.logs.sqlite import SqliteLog
from pipelines.process import run
from pipelines.reading.settings import ReadingSettings
from pipelines.session import Work
from pipelines.settings import ProcessSettings
from redline import notify
from redline.dead_letters import NoLetterError, find_letter, letters, retry
from redline.homes import EmbeddedHomes, ServerHomes
from redline.lifecycle import Stop
from schemas.dead_letters import TOPIC, bury, letter_of
from schemas.errors import TooLargeError
from schemas.protocols import Index, Log, LogRecord, Message
from schemas.records import Alert, Article, DeadLetter, Trace, encode
from schemas.times import utc_now
from tests.connectors.logs.test_kafka import settings_for

pytestmark = pytest.mark.integration

Homes = EmbeddedHomes | ServerHomes


@pytest.fixture(params=["embedded", "servers"])
def homes(request: pytest.FixtureRequest, tmp_path: Path) -> Homes:
    if request.param == "embedded":
        return EmbeddedHomes(tmp_path)
    indexes: ElasticsearchSettings = request.getfixturevalue("own_indexes")
    return ServerHomes(tmp_path, settings_for(request.getfixturevalue("kafka")), indexes)


@pytest.fixture
def log(homes: Homes) -> Iterator[Log]:
    log = homes.log()
    yield log
    log.close()


@pytest.fixture
def index(homes: Homes) -> Iterator[Index]:
    index = homes.index()
    yield index
    index.close()


def process(homes: Homes) -> None:
    run(Work(homes, ReadingSettings(degraded=True), ProcessSettings(workers=1)), Event(), once=True)


def deliver(log: Log, index: Index) -> str:
    """Run notify; returns what it printed."""
    output = StringIO()
    notify.run(log, index, {"terminal": Terminal(output)}, Stop(), utc_now, once=True)
    return output.getvalue()


def article(name: str, text: str = "Nothing new in the harbour.") -> Article:
    return Article(id=name, feed="https://wire.example/rss", fetched=utc_now(), title=f"Article {name}", text=text)


def one(log: Log, index: Index) -> DeadLetter:
    (letter,) = letters(log, index)
    return letter


def test_what_fails_again_stays_and_counts(homes: Homes, log: Log, index: Index) -> None:
    log.append("articles", [Message("a1", b'{"id": "a1"}')])
    process(homes)
    first = one(log, index)
    assert (first.stage, first.state, first.tries) == ("decode", "open", 1)
    assert retry(log, index, first).state == "retried"
    assert one(log, index).state == "retried"
    process(homes)
    process(homes)
    again = one(log, index)
    assert (again.id, again.state, again.tries) == (first.id, "open", 2)
    assert (again.topic, again.partition, again.offset) == (first.topic, first.partition, first.offset)


def test_what_works_is_gone_and_indexed(homes: Homes, log: Log, index: Index) -> None:
    slow = LogRecord("articles", 0, 3, "a1", encode(article("a1")), utc_now())
    bury(log, index, [letter_of(slow, "read", "reading it took more than 30 s", utc_now())])
    log.append("articles", [Message(name, encode(article(name))) for name in ("a2", "a3", "a4")])
    retry(log, index, one(log, index))
    assert one(log, index).state == "retried"
    process(homes)
    assert one(log, index).state == "gone"
    assert find_letter(log, index, "articles/0/3").state == "gone"
    assert set(index.get("articles", ["a1", "a2", "a3", "a4"])) == {"a1", "a2", "a3", "a4"}
    with pytest.raises(NoLetterError, match="articles/0/3 is gone"):
        retry(log, index, one(log, index))


def test_a_later_version_is_not_overwritten_by_an_earlier_one_that_comes_back(
    homes: Homes, log: Log, index: Index
) -> None:
    old, new = article("a1", "The old text."), article("a1", "The new text.")
    slow = LogRecord("articles", 0, 3, "a1", encode(old), utc_now())
    bury(log, index, [letter_of(slow, "read", "reading it took more than 30 s", utc_now())])
    log.append("articles", [Message("a1", encode(replace(new, version=old.version + 1)))])
    process(homes)
    retry(log, index, one(log, index))
    process(homes)
    stored = index.get("articles", ["a1"])["a1"].record
    assert isinstance(stored, Article)
    assert stored.text == "The new text."
    assert one(log, index).state == "gone"


def test_a_reader_that_is_faster_than_the_mark_wins(homes: Homes, log: Log, index: Index) -> None:
    log.append("articles", [Message("a1", b"{")])
    process(homes)
    letter = one(log, index)

    class Slow(type(log)):  # type: ignore[misc]
        """Appends, and only returns when all has been read."""

        def append(self, topic: str, messages: list[Message]) -> None:
            super().append(topic, messages)
            process(homes)

    log.__class__ = Slow
    after = retry(log, index, letter)
    assert (after.state, after.tries) == ("open", 2)
    assert one(log, index) == after


def test_an_alert_that_notify_cannot_read_comes_back_to_it(log: Log, index: Index) -> None:
    now = utc_now()
    alert = Alert(id="x", watch="w", article="a1", trace=Trace(fetched=now, matched=now))
    log.append("alerts", [Message("x", b'{"schema": "alert/1"}')])
    deliver(log, index)
    letter = one(log, index)
    assert (letter.stage, letter.topic) == ("notify", "alerts")
    retry(log, index, letter)
    deliver(log, index)
    assert (one(log, index).state, one(log, index).tries) == ("open", 2)
    mended = replace(one(log, index), record=encode(alert), version=9)
    index.upsert(TOPIC, [mended])
    index.create("alerts", [alert])
    retry(log, index, mended)
    assert one(log, index).state == "retried"
    assert "a1" in deliver(log, index)
    assert one(log, index).state == "gone"


def test_what_the_log_did_not_take_has_a_place_and_comes_in_when_there_is_room(
    homes: Homes, log: Log, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = SqliteLog if isinstance(homes, EmbeddedHomes) else KafkaLog
    take, room = kind.append, [1000]

    def append(self: Log, topic: str, messages: list[Message]) -> None:
        for message in messages:
            if topic == "articles" and len(message.value or b"") > room[0]:
                raise TooLargeError(message.key, len(message.value or b""), room[0])
        take(self, topic, messages)  # type: ignore[arg-type]

    monkeypatch.setattr(kind, "append", append)
    publish(log, [article("a1"), article("a2", "so large " * 200), article("a3")], utc_now())
    letter = one(log, index)
    assert letter.id == f"dead-letters/{letter.partition}/{letter.offset}"
    (stored,) = log.read(TOPIC, letter.partition, letter.offset, 1)
    assert stored.offset == letter.offset
    assert "the log takes 1000 at most" in letter.error
    assert "article a2 of https://wire.example/rss" in letter.error
    assert one(log, index) == letter, "looking again finds no other"

    room[0] = 1500
    failed = retry(log, index, letter)
    assert (failed.state, failed.tries) == ("open", 2)
    assert "takes 1500 at most" in failed.error
    room[0] = 5000
    assert retry(log, index, failed).state == "gone"
    process(homes)
    assert set(index.get("articles", ["a1", "a2", "a3"])) == {"a1", "a2", "a3"}
    assert one(log, index).state == "gone"


def test_what_retention_took_before_it_was_tried_again_is_open(homes: Homes, log: Log, index: Index) -> None:
    log.append("articles", [Message("a1", b"{")])
    process(homes)
    letter = retry(log, index, one(log, index))
    time.sleep(0.1)
    log.trim("articles", utc_now())
    process(homes)
    assert sum(log.committed("process", "articles").values()) == 2
    assert one(log, index) == replace(letter, state="open", version=letter.version + 1)


def test_notify_brings_the_letters_of_fetching_into_the_index(log: Log, index: Index) -> None:
    record = LogRecord("articles", -1, -1, "a1", encode(article("a1")), utc_now())
    log.append(TOPIC, [Message("a1", encode(letter_of(record, "fetch", "too large", utc_now())))])
    deliver(log, index)
    index.refresh(TOPIC)
    assert index.count(TOPIC) == 1


def test_what_is_no_letter_holds_up_no_other(log: Log, index: Index) -> None:
    log.append(TOPIC, [Message("x", b"{"), Message("y", None)])
    record = LogRecord("articles", 0, 3, "a1", b"{", utc_now())
    log.append(TOPIC, [Message("z", encode(letter_of(record, "decode", "no JSON", utc_now())))])
    assert one(log, index).id == "articles/0/3"
