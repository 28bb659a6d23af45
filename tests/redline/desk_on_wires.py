"""An installation on real servers at work: feeds on loopback, `redline run`, a receiver; and wires to break between."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.indexes.settings import ElasticsearchSettings
from connectors.logs.settings import KafkaSettings
from redline.homes import ServerHomes
from redline.watches import add_watch, new_watch
from schemas.protocols import Index, Log
from schemas.times import utc_now
from tests.connectors.channels.receiver import receiver
from tests.connectors.indexes.proxy import Proxy
from tests.faults.publisher import Publisher, publishing
from tests.faults.samples import OUTLETS, Sample
from tests.processes import descendants, eventually
from tests.wire import Wire

PATIENCE_S = 240.0


@dataclass
class DeskOnWires:
    """``published`` counts the articles so far, each of which is to raise one alert; ``arrived`` holds the alerts."""

    log: Log
    index: Index
    publisher: Publisher
    environment: dict[str, str]
    wires: dict[str, Wire]
    proxy: Proxy
    arrived: list[str]
    lines: list[dict[str, Any]] = field(default_factory=list)
    published: int = 0
    run: subprocess.Popen[str] | None = None

    def publish(self, count: int) -> None:
        """Put ``count`` more articles into the feeds."""
        numbers = range(self.published, self.published + count)
        self.publisher.publish([_sample(number) for number in numbers])
        self.published += count

    def caught_up(self) -> bool:
        """Whether an alert has arrived for each article, and the offsets say that all is done."""
        return len(set(self.arrived)) >= self.published

    def wait_until(self, true: Callable[[], bool]) -> float:
        """How many seconds it took until ``true``."""
        begin = time.monotonic()
        assert eventually(true, PATIENCE_S), self.lines[-20:]
        return time.monotonic() - begin

    def told(self, event: str, server: str, since: int) -> list[dict[str, Any]]:
        """The lines of ``event`` about ``server`` from the ``since``-th line on."""
        return [line for line in self.lines[since:] if line["event"] == event and line["server"] == server]

    def command(self, *words: str) -> subprocess.Popen[str]:
        """Start a command of this installation."""
        return subprocess.Popen(
            [sys.executable, "-m", "redline", *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def memory(self) -> int:
        """Bytes that the running parts take, the reading processes among them."""
        assert self.run is not None
        total = 0
        for pid in descendants(self.run.pid):
            try:
                total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            except (FileNotFoundError, ProcessLookupError, IndexError):
                continue
        return total


@contextmanager
def desk_on_wires(
    folder: Path, kafka: KafkaSettings, indexes: ElasticsearchSettings, wires: dict[str, Wire], proxy: Proxy
) -> Iterator[DeskOnWires]:
    """An installation at work while the block runs; ``kafka`` and ``indexes`` lead past the wires."""
    through = wires["Elasticsearch"]
    (folder / "redline.toml").write_text(
        f'data = "{folder}"\n'
        "[feeds]\ninterval = 0.5\nlongest_interval = 1\n"
        "[process]\nworkers = 1\n"
        f'[kafka]\nbootstrap_servers = ["127.0.0.1:{wires["Kafka"].port}"]\nprefix = "{kafka.prefix}"\ntimeout = 2\n'
        f'[elasticsearch]\nurls = ["http://127.0.0.1:{through.port}"]\nprefix = "{indexes.prefix}"\n'
        "timeout = 5\npatience = 1\n"
    )
    homes = ServerHomes(folder, kafka, indexes)
    with ExitStack() as stack:
        desk = stack.enter_context(receiver())
        publisher = stack.enter_context(publishing())
        log, index = stack.enter_context(closing(homes.log())), stack.enter_context(closing(homes.index()))
        add_watch(index, new_watch("flotillas", "flotilla", utc_now(), over="articles", once_per="article"))
        with closing(homes.feeds()) as feeds:
            for url in publisher.feeds().values():
                feeds.add(url)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("REDLINE_")},
            "REDLINE_CONFIG": str(folder / "redline.toml"),
            "REDLINE_NOTIFY_WEBHOOKS": f'{{desk = "{desk.url}"}}',
        }
        made = DeskOnWires(log, index, publisher, environment, wires, proxy, [])
        desk.answer = lambda key: made.arrived.append(key) or 204  # type: ignore[func-returns-value]
        made.run = made.command("run")
        reader = threading.Thread(target=_read, args=(made.run, made.lines))
        reader.start()
        try:
            made.wait_until(lambda: sum(line["event"] == "ready" for line in made.lines) == 3)
            yield made
        finally:
            made.run.terminate()
            made.run.wait(60)
            reader.join()
            assert made.run.stdout is not None
            made.run.stdout.close()


def _read(run: subprocess.Popen[str], lines: list[dict[str, Any]]) -> None:
    assert run.stderr is not None
    with run.stderr:
        for line in run.stderr:
            lines.append(json.loads(line) if line.startswith("{") else {"event": line})


def _sample(number: int) -> Sample:
    outlet = OUTLETS[number % len(OUTLETS)]
    text = f"A flotilla of {number + 2} grey boats left the harbour number {number} before dawn, fishermen said."
    return Sample(outlet, f"https://{outlet}.example/{number}", f"Flotilla number {number}", (text, "Nobody knew why."))
