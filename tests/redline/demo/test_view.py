"""What the demo shows of a few records in a real index."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from connectors.indexes.sqlite import SqliteIndex
from redline.demo.snapshot import percentile, since_fetched, since_published, take
from redline.demo.summary import summarise
from redline.demo.view import PlainView, follow, screen
from redline.lifecycle import Stop
from schemas.protocols import Index
from schemas.records import Delivery, EnrichedArticle, Watch
from tests.connectors.channels.examples import ALERT, CLAIM, STATEMENT, seconds


def article(id_: str, title: str, fetched: float) -> EnrichedArticle:
    return EnrichedArticle(
        id=id_, feed="https://post.example/feed", fetched=seconds(fetched), title=title, source="The [bold]Post\x1b"
    )


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = SqliteIndex(tmp_path / "index.sqlite", lambda: seconds(0))
    index.upsert("articles", [article("a1", "Strait of tension", 1), article("a2", "Rain", 2)])
    index.upsert("statements", [STATEMENT])
    index.upsert("claims", [CLAIM])
    index.upsert("watches", [Watch(id="w1", name="All threats", query="kind:threat", created=seconds(0))])
    index.create("alerts", [ALERT, msgspec.structs.replace(ALERT, id="old", state="backlog")])
    index.upsert(
        "deliveries", [Delivery(id="alert1/terminal", alert="alert1", channel="terminal", delivered=seconds(3))]
    )
    yield index
    index.close()


def test_a_snapshot_holds_what_is_to_be_shown(index: Index) -> None:
    snapshot = take(index)
    assert [one.id for one in snapshot.articles] == ["a2", "a1"]
    assert [notice.alert.id for notice in snapshot.alerts] == ["alert1"]
    assert snapshot.alerts[0].claim == CLAIM
    assert snapshot.statements == 1
    assert (since_published(snapshot.alerts), since_fetched(snapshot.alerts)) == ([3.0], [2.0])


def test_before_it_is_delivered_an_alert_counts_to_its_match(index: Index) -> None:
    index.delete("deliveries", ["alert1/terminal"])
    assert since_published(take(index).alerts) == [1.75]


def test_plain_lines_tell_each_thing_once_and_every_new_report(index: Index) -> None:
    output = io.StringIO()
    view = PlainView(output)
    view.show(take(index))
    view.show(take(index))
    index.upsert("claims", [msgspec.structs.replace(CLAIM, sightings=3, sources=2, version=2)])
    index.upsert("articles", [article("a3", "More rain", 4)])
    view.show(take(index))
    view.show(take(index))
    lines = output.getvalue().splitlines()
    assert lines[:2] == ["article | The [bold]Post: Strait of tension", "article | The [bold]Post: Rain"]
    assert lines[2].startswith("ALERT Ada Vik (Norland) → Southland: threat | condition: ")
    assert lines[3:] == [
        "article | The [bold]Post: More rain",
        "again | Norland → Southland: threat | 3 reports by 2 sources",
    ]


@pytest.mark.parametrize(("width", "height"), [(120, 40), (80, 24), (30, 6)])
def test_the_screen_fits_the_terminal(index: Index, width: int, height: int) -> None:
    console = Console(file=io.StringIO(), width=width, height=height, record=True)
    console.print(screen(take(index), timedelta(seconds=61), width, height), height=height)
    lines = console.export_text().splitlines()
    assert len(lines) == height
    assert "\x1b" not in "".join(lines)


def test_the_screen_shows_the_alert_and_its_claim(index: Index) -> None:
    console = Console(file=io.StringIO(), width=140, height=40, record=True)
    console.print(screen(take(index), timedelta(seconds=61), 140, 40), height=40)
    shown = console.export_text()
    for words in (
        "0:01:01   2 articles   1 statements   1 claims   1 alerts",
        "Ada Vik (Norland) → Southland: threat",
        "if a patrol crosses the strait",
        "“it will be sunk”",
        "All threats, 3.0 s after publishing",
        "1 report by 1 source",
        "The [bold]Post",
    ):
        assert words in shown


def test_following_ends_with_the_stop_and_after_its_time(index: Index) -> None:
    output = io.StringIO()
    follow(index, Console(file=output), Stop(), 0.01, lambda: seconds(0))
    assert output.getvalue().count("ALERT") == 1
    stop = Stop()
    stop.set()
    follow(index, Console(file=output), stop, None, lambda: seconds(0))
    assert output.getvalue().count("ALERT") == 1


def test_the_summary_tells_the_latency_and_how_to_ask(index: Index) -> None:
    output = io.StringIO()
    summarise(Console(file=output, width=120), take(index), Path("/tmp/a demo"))
    text = output.getvalue()
    assert text.startswith("2 articles, 1 statements, 1 claims, 1 alerts\n")
    assert "from fetching to the alert: p50 2.00 s, p95 2.00 s" in text
    assert "from publishing to the alert: p50 3.00 s, p95 3.00 s" in text
    assert "REDLINE_DATA='/tmp/a demo' redline alerts" in text


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_a_percentile_is_one_of_the_values_and_splits_them(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
    assert sum(value < found for value in values) <= share * len(values) + 1e-6
