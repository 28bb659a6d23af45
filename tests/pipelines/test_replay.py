"""How a process shares its drains between what is new and what is read again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from threading import Event
from typing import cast

import msgspec
import pytest

from pipelines import process
from pipelines.novelty.assign import Rereading
from pipelines.process import drain_all
from pipelines.reading.settings import ReadingSettings
from pipelines.session import Session, Work
from pipelines.settings import ProcessSettings
from pipelines.sources import GROUP, PartitionRange, article_of
from redline.homes import EmbeddedHomes
from schemas.protocols import LogRecord, Message
from schemas.records import Article, Record, Replay, encode
from schemas.times import utc_now


def articles(count: int) -> list[Article]:
    return [Article(id=f"a{number}", feed="f", fetched=utc_now(), text="Words.") for number in range(count)]


def test_what_is_read_again_comes_behind_what_is_new_and_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = EmbeddedHomes(tmp_path)
    with closing(homes.log()) as log:
        log.append("articles", [Message(each.id, encode(each)) for each in articles(150)])
        log.append("replay", [Message(each.id, encode(Replay(id=each.id, article=each))) for each in articles(100)])
    work = Work(homes, ReadingSettings(), ProcessSettings(workers=1, drain_records=40))
    drained: list[tuple[str, int]] = []

    def drain(_: Work, session: Session, ranges: list[PartitionRange]) -> bool:
        drained.append((ranges[0].topic, sum(each.end - each.start for each in ranges)))
        session.log.commit(GROUP, ranges[0].topic, {each.partition: each.end for each in ranges})
        return True

    monkeypatch.setattr(process, "_drain", drain)
    monkeypatch.setattr(process, "_start_reading", lambda *_: None)
    session = Session(work)
    try:
        assert drain_all(work, session, Event(), once=True) == 250
    finally:
        session.close()
    assert [topic for topic, _ in drained[:6]] == ["articles", "replay"] * 3
    assert all(count <= (40 if topic == "articles" else 10) for topic, count in drained)
    assert sum(count for topic, count in drained if topic == "replay") == 100


def record(topic: str, value: Record) -> LogRecord:
    return LogRecord(topic, 0, 0, value.id, encode(value), utc_now())


def test_a_record_tells_whether_it_is_read_again_and_for_which_watch() -> None:
    (article,) = articles(1)
    assert article_of(record("articles", article)) == (article, None)
    assert article_of(record("replay", Replay(id="a0", article=article))) == (article, Rereading())
    assert article_of(record("replay", Replay(id="a0", article=article, watch="w"))) == (article, Rereading("w"))
    with pytest.raises(msgspec.DecodeError):
        article_of(record("replay", cast(Record, article)))
