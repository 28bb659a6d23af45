"""The whole pipeline over the real embedded homes: bad records, kills in mid-drain, and the same answer in the end."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from pipelines.process import run
from pipelines.reading.settings import ReadingSettings
from pipelines.session import Work
from pipelines.settings import ProcessSettings
from pipelines.sources import GROUP
from redline.homes import EmbeddedHomes
from redline.watches import add_watch, new_watch
from schemas.protocols import Homes, Index, Message
from schemas.records import Alert, Article, Claim, DeadLetter, EnrichedArticle, decode, encode
from schemas.times import utc_now
from tests.processes import eventually

pytestmark = pytest.mark.integration

_THREATS = (
    ("Norway", "Danish", "trawlers", "cut their nets in the northern strait"),
    ("Chile", "Peruvian", "survey ships", "cross the agreed parallel"),
    ("Kenya", "Somali", "patrol boats", "come near the gas field"),
    ("Greece", "Albanian", "drones", "fly over the eastern islands"),
    ("Vietnam", "Thai", "dredgers", "touch the southern reef"),
    ("Morocco", "Malian", "convoys", "enter the buffer zone"),
)


def threats(copies: int) -> list[Article]:
    """``copies`` reports of each of six threats, invented, in words that differ a little."""
    return [
        _article(
            f"{side}-{copy}",
            f"{side} warns over {what}",
            f"{side}'s defence minister, Ola Brandt, said on Monday {other} {what} would be destroyed if they {act}. "
            f'"If {other} {what} {act}, we will destroy them," Brandt told reporters in report number {copy}.',
        )
        for copy in range(copies)
        for side, other, what, act in _THREATS
    ]


def ordinary(count: int) -> list[Article]:
    """``count`` invented articles of no interest to anyone."""
    return [
        _article(
            f"ordinary-{number}",
            f"Council meets for the {number}th time",
            f"The council of the harbour town met for the {number}th time on Monday. It talked of dredging. " * 4,
        )
        for number in range(count)
    ]


def _article(id_: str, title: str, text: str) -> Article:
    now = utc_now()
    return Article(id=id_, feed="https://feed.example/", fetched=now, published=now, source=id_, title=title, text=text)


def publish(homes: Homes, articles: list[Article]) -> None:
    log = homes.log()
    log.append("articles", [Message(each.id, encode(each)) for each in articles])
    log.close()


def watch_everything(homes: Homes) -> None:
    index = homes.index()
    query = "kind:(threat OR red_line OR ultimatum OR warning OR unacceptable)"
    add_watch(index, new_watch("all", query, datetime(2026, 1, 1, tzinfo=UTC)))
    index.close()


def work(folder: Path, **settings: int) -> Work:
    return Work(EmbeddedHomes(folder), ReadingSettings(), ProcessSettings(**settings))


def claims(index: Index) -> Counter[frozenset[str]]:
    """The claims as sets of the articles that report them: what is equal whatever was opened first."""
    found = [each for each in index.scan("claims") if isinstance(each, Claim)]
    return Counter(frozenset(member.article for member in claim.members) for claim in found)


def test_bad_records_are_dead_letters_and_all_others_go_on(tmp_path: Path) -> None:
    folder = work(tmp_path, workers=1)
    homes = EmbeddedHomes(tmp_path)
    watch_everything(homes)
    log = homes.log()
    log.append("articles", [Message("bad", b"{not json"), Message("gone", None), Message("no-title", b'{"id": "x"}')])
    publish(homes, threats(1))
    log.append("articles", [Message("binary", bytes(range(200, 256)))])

    assert run(folder, Event(), once=True) == 10

    index = homes.index()
    assert index.count("articles") == 6
    letters = [each for each in index.scan("dead-letters") if isinstance(each, DeadLetter)]
    assert {each.record for each in letters} == {b"{not json", b'{"id": "x"}', bytes(range(200, 256))}
    assert {each.stage for each in letters} == {"decode"}
    assert all(each.id == f"articles/{each.partition}/{each.offset}" for each in letters)
    assert sum(log.end("dead-letters", each) for each in range(log.partitions("dead-letters"))) == 3
    assert sum(log.committed(GROUP, "articles").values()) == 10
    assert run(folder, Event(), once=True) == 0, "nothing is left"
    assert index.count("alerts") == 6
    index.close()
    log.close()


def test_reports_of_one_claim_alert_once_and_carry_their_trace(tmp_path: Path) -> None:
    homes = EmbeddedHomes(tmp_path)
    watch_everything(homes)
    publish(homes, threats(3))
    run(work(tmp_path, workers=1), Event(), once=True)
    index, log = homes.index(), homes.log()
    assert sorted(len(reports) for reports in claims(index)) == [3] * 6
    alerts = [each for each in index.scan("alerts") if isinstance(each, Alert)]
    assert len(alerts) == 6
    for alert in alerts:
        assert alert.state == "new"
        assert alert.why
        assert alert.trace.enriched is not None
        assert alert.trace.fetched <= alert.trace.enriched <= alert.trace.matched
    partitions = range(log.partitions("alerts"))
    sent = [record for partition in partitions for record in log.read("alerts", partition, 0, 100)]
    assert {decode(record.value or b"", Alert).id for record in sent} == {alert.id for alert in alerts}
    assert len(sent) == 6
    index.close()
    log.close()


def test_what_was_first_seen_before_a_watch_is_backlog(tmp_path: Path) -> None:
    homes = EmbeddedHomes(tmp_path)
    publish(homes, threats(1))
    run(work(tmp_path, workers=1), Event(), once=True)
    index = homes.index()
    add_watch(index, new_watch("late", "kind:threat", utc_now()))
    publish(homes, threats(2)[6:])  # further reports of the same claims
    run(work(tmp_path, workers=1), Event(), once=True)
    alerts = [each for each in index.scan("alerts") if isinstance(each, Alert)]
    assert [each.state for each in alerts] == ["backlog"] * 6
    index.close()


def test_kills_in_mid_drain_lose_nothing_and_alert_nothing_twice(tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    homes = EmbeddedHomes(folder)
    watch_everything(homes)
    publish(homes, threats(6) + ordinary(84))
    index, log = homes.index(), homes.log()
    for kill in (1, 2):
        process = subprocess.Popen(
            [sys.executable, "-m", "redline", "process"],
            cwd=tmp_path,
            env={"REDLINE_DATA": str(folder), "REDLINE_PROCESS_DRAIN_RECORDS": "40", "PATH": "/usr/bin:/bin"},
            stderr=subprocess.DEVNULL,
        )
        before = index.count("articles")
        # It starts anew, waits for the killed one's lease to end, and shares the machine.
        assert eventually(lambda before=before: index.count("articles") > before, 300)  # type: ignore[misc]
        process.kill()
        process.wait()
        assert index.count("articles") < 120, f"kill {kill} came when all was done"
    done = sum(log.committed(GROUP, "articles").values())
    assert done <= index.count("articles"), "offsets ran ahead of what is stored"

    run(work(folder, workers=2), Event(), once=True)

    articles = [each for each in index.scan("articles") if isinstance(each, EnrichedArticle)]
    assert sorted(each.id for each in articles) == sorted(each.id for each in threats(6) + ordinary(84))
    assert sorted(len(reports) for reports in claims(index)) == [6] * 6
    alerts = [each for each in index.scan("alerts") if isinstance(each, Alert)]
    assert sorted(each.claim or "" for each in alerts) == sorted(each.id for each in index.scan("claims"))
    index.close()
    log.close()
