"""Status tells what is stored, what waits and what fails; doctor tells what is wrong and what to do."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from connectors.feeds.state import FeedState
from redline.away import telling
from redline.homes import EmbeddedHomes
from schemas.dead_letters import bury, letter_of
from schemas.gaps import Gap, note
from schemas.protocols import Index, LogRecord, Message
from schemas.records import Alert, Delivery, EnrichedArticle, Trace
from schemas.times import utc_now
from tests.redline.cli.conftest import Redline
from tests.redline.stored import NOW, store


def test_an_empty_installation(redline: Redline) -> None:
    status = json.loads(redline("status", "--json").stdout)
    assert status["lag"] == {"process": 0, "replay": 0, "notify": 0}
    assert status["topics"]["articles"] == {"held": 0, "appended": 0}
    assert status["intake"] == {"hour": 0, "day": 0, "last": None}
    assert (status["feeds"], status["read"], status["failing"]) == (0, 0, [])
    assert (status["gaps"], status["undelivered"], status["untried"]) == ([], {}, 0)
    assert "away" not in status
    assert "unanswered" not in status
    shown = redline("status")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("broken: nothing\n")
    assert "waits: process 0, replay 0, notify 0\ndead letters: none open\n" in shown.stdout


def test_what_is_stored_and_what_waits(redline: Redline, index: Index, data: Path) -> None:
    store(index)
    log = EmbeddedHomes(data).log()
    log.append("articles", [Message(f"a{number}", b"{}") for number in range(10)])
    log.commit("process", "articles", {0: log.end("articles", 0)})
    read = log.end("articles", 0)
    log.close()
    status = json.loads(redline("status", "--json").stdout)
    assert status["topics"]["articles"] == {"held": 10, "appended": 10}
    assert status["lag"] == {"process": 10 - read, "replay": 0, "notify": 0}
    assert list(status["oldest"]) == ["process"]
    assert (status["intake"]["hour"], status["intake"]["day"]) == (10, 10)
    assert "10 articles in the last hour, 10 in the last day from 0 feeds, the last" in redline("status").stdout
    assert f"process {10 - read} (since " in redline("status").stdout
    assert status["records"]["statements"] == 2
    assert "statements 2" in redline("status").stdout
    assert status["languages"] == {"en": status["records"]["articles"]}
    assert status["not_read"] == 0


def test_articles_that_are_stored_and_not_read_are_counted(redline: Redline, index: Index) -> None:
    languages = ("ru", "ru", "fr", "en")
    index.upsert(
        "articles",
        [
            EnrichedArticle(id=f"a{number}", feed="f", fetched=NOW, text="words", lang=lang)
            for number, lang in enumerate(languages)
        ],
    )
    status = json.loads(redline("status", "--json").stdout)
    assert status["languages"] == {"ru": 2, "fr": 1, "en": 1}
    assert status["not_read"] == 3
    assert "without statements, since they are not read: 3" in redline("status").stdout


def test_feeds_that_fail(redline: Redline, data: Path) -> None:
    data.mkdir()
    state = FeedState(data / "feeds.sqlite", lambda: NOW)
    state.add("https://a.example/rss")
    state.add("https://b.example/rss")
    state.failed("https://b.example/rss", "no answer within 30 s", NOW + timedelta(hours=1))
    state.close()
    (failing,) = json.loads(redline("status", "--json").stdout)["failing"]
    assert failing == {
        "url": "https://b.example/rss",
        "since": "2026-11-20T12:00:00Z",
        "error": "no answer within 30 s",
    }
    shown = redline("status").stdout
    assert "broken: 1 feed\n  https://b.example/rss since 2026-11-20 12:00 UTC: no answer within 30 s\n" in shown
    assert "feeds: 2, read in the last hour: 0" in shown


@pytest.mark.parametrize(("minutes", "overdue"), [(4, False), (6, True)])
def test_feeds_that_nobody_asks(redline: Redline, data: Path, minutes: int, overdue: bool) -> None:
    data.mkdir()
    then = utc_now() - timedelta(minutes=minutes)
    state = FeedState(data / "feeds.sqlite", lambda: then)
    state.add("https://a.example/rss")
    state.close()
    status = json.loads(redline("status", "--json").stdout)
    assert status.get("overdue") == (then.isoformat().replace("+00:00", "Z") if overdue else None)
    assert ("is redline fetch running?" in redline("status").stdout) is overdue


def test_how_late_articles_are_and_from_how_many_feeds(redline: Redline, index: Index) -> None:
    now = utc_now()

    def stored(number: int, minutes: float, *, backlog: bool = False) -> EnrichedArticle:
        fetched = now - timedelta(hours=2)
        return EnrichedArticle(
            id=f"a{number}",
            feed=f"https://feed{number % 3}.example/",
            text="words",
            published=fetched - timedelta(minutes=minutes),
            fetched=fetched,
            indexed=fetched + timedelta(seconds=number),
            backlog=backlog,
        )

    old = msgspec.structs.replace(stored(9, 3), feed="https://old.example/", first_seen=now - timedelta(days=2))
    index.upsert("articles", [stored(1, 1), stored(2, 2), stored(3, 3), stored(4, 9000, backlog=True), old])
    status = json.loads(redline("status", "--json").stdout)
    assert status["sources"] == 3
    assert status["delays"]["fetched"] == {"median": 120.0, "most": 174.0}
    assert status["delays"]["indexed"] == {"median": 2.5, "most": 3.85}
    late = "late: fetched 0:02:00 after publishing (1 in 20: 0:02:54), indexed 2.5 s after fetching (1 in 20: 3.9 s)"
    assert late in redline("status").stdout


def test_alerts_that_a_channel_does_not_take(redline: Redline, index: Index) -> None:
    trace = Trace(fetched=NOW, matched=NOW)
    for number in range(3):
        at = NOW + timedelta(minutes=number)
        alert = Alert(id=f"x{number}", watch="w", article="a", trace=msgspec.structs.replace(trace, matched=at))
        index.create("alerts", [alert])
    for id_, channel, tries, error, delivered in (
        ("x0", "desk", 3, "desk: HTTP 500", None),
        ("x1", "desk", 3, None, NOW),
        ("x2", "desk", 1, "desk: HTTP 503", None),
        ("x2", "terminal", 0, None, None),
    ):
        delivery = Delivery(
            id=f"{id_}/{channel}", alert=id_, channel=channel, tries=tries, error=error, delivered=delivered
        )
        index.upsert("deliveries", [delivery])
    status = json.loads(redline("status", "--json").stdout)
    assert status["undelivered"] == {"desk": {"alerts": 2, "since": "2026-11-20T12:00:00Z", "error": "desk: HTTP 503"}}
    assert status["untried"] == 1
    shown = redline("status").stdout
    assert "broken: desk did not take 2 alerts, the oldest of 2026-11-20 12:00 UTC: desk: HTTP 503" in shown
    assert "waits: 1 delivery for the time of a watch or for a channel" in shown


def test_dead_letters_are_counted_by_stage(redline: Redline, index: Index, data: Path) -> None:
    log = EmbeddedHomes(data).log()
    for offset, stage in enumerate(["read", "read", "decode"]):
        record = LogRecord("articles", 0, offset, "a", b"{", NOW)
        bury(log, index, [letter_of(record, stage, f"error {offset}", NOW + timedelta(minutes=offset))])
    log.close()
    redline("dead-letters", "retry", "articles/0/0")
    status = json.loads(redline("status", "--json").stdout)
    assert status["dead_letters"] == {
        "open": {"read": 1, "decode": 1},
        "retried": 1,
        "last": "2026-11-20T12:02:00Z",
        "error": "error 2",
    }
    shown = redline("status").stdout
    assert "open, tried again and not read yet 1; the last 2026-11-20 12:02 UTC: error 2" in shown


def test_offsets_that_retention_took_unread(redline: Redline, index: Index) -> None:
    gaps = [
        Gap(group="process", topic="articles", partition=0, first=at, last=at + 29, noticed=NOW)
        for at in range(40, 1000, 100)
    ]
    note(index, gaps)
    status = json.loads(redline("status", "--json").stdout)
    assert len(status["gaps"]) == 10
    shown = redline("status").stdout
    assert "lost to retention: 300 records\n" in shown
    assert "offsets 940 to 969 (30 records) of partition 0 were gone before process read them, noticed 2026" in shown
    assert "  and 2 more (--json names all)" in shown


def test_what_the_running_parts_miss(redline: Redline, data: Path) -> None:
    with telling(data, "process") as tell:
        tell({"Elasticsearch": NOW})
        away = {"part": "process", "server": "Elasticsearch", "since": "2026-11-20T12:00:00Z"}
        assert json.loads(redline("status", "--json").stdout)["away"] == [away]
        shown = redline("status")
        assert shown.stdout.startswith("broken: process misses Elasticsearch since 2026-11-20 12:00 UTC\n")
        assert shown.exit_code == 0
    assert redline("status").stdout.startswith("broken: nothing\n")


@pytest.mark.parametrize(("part", "absent"), [("index", "records"), ("log", "lag"), ("feeds", "failing")])
def test_what_does_not_answer_is_named_and_the_rest_is_told(
    redline: Redline, data: Path, part: str, absent: str
) -> None:
    data.mkdir()
    (data / f"{part}.sqlite").write_text("no database at all" * 100)
    result = redline("status", "--json")
    assert result.exit_code == 1
    status = json.loads(result.stdout)
    assert list(status["unanswered"]) == [part]
    assert absent not in status
    assert {"records", "lag", "failing"} - {absent} <= status.keys()
    shown = redline("status")
    assert shown.exit_code == 1
    assert shown.stdout.startswith(f"broken: {part} does not answer: {data / f'{part}.sqlite'}")


def test_doctor_finds_a_wrong_setting(redline: Redline, tmp_path: Path) -> None:
    (tmp_path / "redline.toml").write_text("[feeds]\nintervall = 3\n")
    result = redline("doctor", "--json")
    assert result.exit_code == 1
    checks = {check["part"]: check for check in map(json.loads, result.stdout.splitlines())}
    assert not checks["settings"]["ok"]
    assert "did you mean 'interval'?" in checks["settings"]["found"]


def test_doctor_names_what_to_do_about_a_missing_model(redline: Redline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_READING_MODEL", "en_core_web_none")
    result = redline("doctor")
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("WRONG")]
    assert "install" in line


def test_doctor_on_a_damaged_index(redline: Redline, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_READING_MODEL", "en_core_web_none")
    data.mkdir()
    (data / "index.sqlite").write_text("no database at all" * 100)
    result = redline("doctor", "--json")
    checks = {check["part"]: check for check in map(json.loads, result.stdout.splitlines())}
    assert not checks["index"]["ok"]
    assert "index.sqlite" in checks["index"]["found"]
    assert checks["log"]["ok"]
