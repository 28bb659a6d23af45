"""The generation rises with every change, however many change watches at once, and only after the change is stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from pipelines.matching import watches
from redline.homes import EmbeddedHomes
from redline.watches import GENERATION, add_watch, list_watches, new_watch, remove_watch
from schemas.protocols import Index
from schemas.records import Mark

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def generation(index: Index) -> object:
    record = index.get("marks", [GENERATION])[GENERATION].record
    assert isinstance(record, Mark)
    return record.data["n"]


def test_many_at_once_lose_no_change(tmp_path: Path) -> None:
    homes = EmbeddedHomes(tmp_path)

    def change(number: int) -> None:
        index = homes.index()
        watch = new_watch(f"watch {number}", "ship", NOW)
        add_watch(index, watch)
        if number % 2:
            remove_watch(index, watch)
        index.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, range(8)))
    index = homes.index()
    assert [watch.name for watch in list_watches(index)] == ["watch 0", "watch 2", "watch 4", "watch 6"]
    assert generation(index) == 12
    index.close()


def test_the_matcher_reads_the_record_that_is_raised() -> None:
    assert watches.GENERATION == GENERATION


def test_a_watch_made_anew_is_another() -> None:
    assert new_watch("a", "ship", NOW).id != new_watch("a", "ship", NOW.replace(hour=1)).id
