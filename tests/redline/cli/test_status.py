"""Status tells what is stored, what waits and what fails; doctor tells what is wrong and what to do."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.feeds.state import FeedState
from redline.homes import EmbeddedHomes
from schemas.protocols import Index, Message
from schemas.records import EnrichedArticle
from tests.redline.cli.conftest import Redline
from tests.redline.stored import NOW, store


def test_an_empty_installation(redline: Redline) -> None:
    status = json.loads(redline("status", "--json").stdout)
    assert status["lag"] == {"process": 0, "notify": 0}
    assert status["topics"]["articles"] == {"held": 0, "appended": 0}
    assert (status["feeds"], status["failing"]) == (0, [])
    assert "nothing waits" in redline("status").stdout


def test_what_is_stored_and_what_waits(redline: Redline, index: Index, data: Path) -> None:
    store(index)
    log = EmbeddedHomes(data).log()
    log.append("articles", [Message(f"a{number}", b"{}") for number in range(10)])
    log.commit("process", "articles", {0: log.end("articles", 0)})
    read = log.end("articles", 0)
    log.close()
    status = json.loads(redline("status", "--json").stdout)
    assert status["topics"]["articles"] == {"held": 10, "appended": 10}
    assert status["lag"] == {"process": 10 - read, "notify": 0}
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
    assert "https://b.example/rss since 2026-11-20 12:00 UTC: no answer within 30 s" in redline("status").stdout


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
