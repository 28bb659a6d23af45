"""What the running parts miss can be read from outside, and what a killed one has left behind is no news."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redline.away import FOLDER, Away, missed, telling

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_what_is_missed_is_told_until_it_is_back(tmp_path: Path) -> None:
    later = NOON + timedelta(minutes=1)
    with telling(tmp_path, "fetch") as fetch, telling(tmp_path, "notify") as notify:
        assert missed(tmp_path) == []
        notify({"Kafka": later, "Elasticsearch": later})
        fetch({"Kafka": NOON})
        assert missed(tmp_path) == [
            Away(part="fetch", server="Kafka", since=NOON),
            Away(part="notify", server="Elasticsearch", since=later),
            Away(part="notify", server="Kafka", since=later),
        ]
        notify({"Kafka": later})
        fetch({})
        assert missed(tmp_path) == [Away(part="notify", server="Kafka", since=later)]
    assert missed(tmp_path) == []
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_what_a_killed_part_has_left_is_no_news(tmp_path: Path) -> None:
    script = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from redline.away import telling
with telling(Path({str(tmp_path)!r}), "process") as tell:
    tell({{"Kafka": datetime(2026, 11, 25, 12, tzinfo=UTC)}})
    print("told", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"told\n"
        assert missed(tmp_path) == [Away(part="process", server="Kafka", since=NOON)]
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert missed(tmp_path) == []
        assert len(list((tmp_path / FOLDER).iterdir())) == 1


def test_a_disk_that_takes_nothing_is_no_error(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("no folder")
    with telling(tmp_path, "fetch") as tell:
        tell({"Kafka": NOON})
        assert missed(tmp_path) == []
        (tmp_path / FOLDER).unlink()
        tell({"Kafka": NOON})
        assert missed(tmp_path) == [Away(part="fetch", server="Kafka", since=NOON)]
