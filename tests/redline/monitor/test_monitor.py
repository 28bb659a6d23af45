"""Who counts where, and who serves."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch
from urllib.request import urlopen

import msgspec
import pytest
from prometheus_client import values

from redline import logs
from redline.monitor.metrics import FOLDER
from redline.monitor.monitor import Monitor, monitored, own_folder
from redline.monitor.settings import MonitorSettings
from redline.settings import Settings
from tests.processes import eventually
from tests.redline.monitor.counting import figures, say

ALERT = ("alert", {"state": "new"})


@pytest.fixture(autouse=True)
def _put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.setenv(FOLDER, "")
    for name in logs.OURS:
        logger = logging.getLogger(name)
        monkeypatch.setattr(logger, "level", logger.level)


def settings(data: Path, address: str | None = "127.0.0.1:0") -> Settings:
    return Settings(data=data, monitor=MonitorSettings(address=address))


def test_without_an_address_nothing_is_served_counted_or_written(tmp_path: Path) -> None:
    with monitored(settings(tmp_path, None), "process", {}) as monitor:
        monitor.progress()
        say(ALERT)
        assert monitor.environment == {}
    assert list(tmp_path.iterdir()) == []


def test_a_supervised_part_counts_where_it_is_told_and_serves_nothing(tmp_path: Path) -> None:
    told = {"REDLINE_SUPERVISED": "1", FOLDER: str(tmp_path)}
    with monitored(settings(tmp_path / "data", "127.0.0.1:1"), "process", told) as monitor:
        monitor.progress()
        say(ALERT)
    assert figures(tmp_path)["redline_alerts_total{new}"] == 1
    assert not (tmp_path / "data").exists()


def test_a_part_under_a_supervisor_that_does_not_watch_does_nothing(tmp_path: Path) -> None:
    with monitored(settings(tmp_path, None), "process", {"REDLINE_SUPERVISED": "1"}):
        assert list(tmp_path.iterdir()) == []


def test_a_command_alone_serves_its_own_and_is_ready_when_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.setup()
    with monitored(settings(tmp_path), "fetch", {}) as monitor:
        port = next(
            msgspec.json.decode(line)["port"] for line in capsys.readouterr().err.splitlines() if "listening" in line
        )
        assert monitor.unready().keys() == {"fetch"}
        logs.ready()
        monitor.progress()
        say(ALERT)
        assert monitor.unready() == {}

        def body(path: str) -> str:
            with urlopen(f"http://127.0.0.1:{port}{path}") as answer:
                return str(answer.read().decode())

        assert 'redline_alerts_total{state="new"} 1.0' in body("/metrics")
        assert 'redline_resident_memory_bytes{part="fetch"' in body("/metrics")
        assert eventually(lambda: 'redline_feeds{state="read"} 0.0' in body("/metrics"))
        assert (
            msgspec.json.decode(body("/healthz")) == msgspec.json.decode(body("/readyz")) == {"ok": True, "faults": {}}
        )


def test_commands_of_one_kind_do_not_share_a_folder_and_find_it_empty(tmp_path: Path) -> None:
    with ExitStack() as one, ExitStack() as two:
        first = own_folder(tmp_path, "process", one)
        (first / "counter_process.db").write_text("of an earlier run")
        assert own_folder(tmp_path, "process", two).name == "process-1"
    with ExitStack() as again:
        assert own_folder(tmp_path, "process", again) == first
        assert list(first.glob("*.db")) == []


def test_monitor_needs_nothing() -> None:
    with patch("time.time", side_effect=AssertionError):
        Monitor().progress()


@pytest.mark.parametrize(
    ("address", "found"), [("127.0.0.1:9464", ("127.0.0.1", 9464)), ("[::1]:80", ("::1", 80)), ("host:1", ("host", 1))]
)
def test_addresses(address: str, found: tuple[str, int]) -> None:
    assert MonitorSettings(address=address).host_and_port() == found


@pytest.mark.parametrize("address", ["9464", "host", "host:", ":9464", "host:port"])
def test_no_addresses(address: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"address": address}, MonitorSettings)
