"""Log lines carry the event and its fields: as JSON for machines, as text for a person."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator

import pytest

from redline import logs


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers = handlers
    logging.captureWarnings(False)


def test_json_lines_with_fields(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup()
    logging.getLogger("redline.test").info("fetched", extra={"feed": "https://e.example/ü", "articles": 3})
    line = json.loads(capsys.readouterr().err)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "redline.test",
        "event": "fetched",
        "feed": "https://e.example/ü",
        "articles": 3,
    }


def test_a_traceback_stays_on_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup()
    try:
        raise KeyError("x")
    except KeyError:
        logging.getLogger("redline").exception("failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert "KeyError: 'x'" in json.loads(line)["traceback"]


def test_libraries_speak_from_warning_on(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup()
    logging.getLogger("somelibrary").info("chatter")
    logging.getLogger("somelibrary").warning("trouble")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "trouble"


def test_setting_up_twice_prints_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup()
    logs.setup()
    logging.getLogger("redline").info("once")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_readable_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    logs.setup()
    logging.getLogger("redline").warning("feed failed", extra={"feed": "u"})
    assert capsys.readouterr().err[8:] == " WARNING feed failed  feed=u\n"
