"""Over the real embedded log and index."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.channels.notice import Channel, Notice
from connectors.channels.settings import NotifySettings
from connectors.indexes.sqlite import SqliteIndex
from connectors.logs.sqlite import SqliteLog
from redline.backoff import Backoff
from redline.lifecycle import Stop
from redline.notify import GROUP, TOPIC, open_channels, run
from schemas.errors import ChannelError, UnavailableError
from schemas.gaps import known_gaps
from schemas.protocols import LogRecord, Message
from schemas.records import AlertState, DeadLetter, Delivery, Watch, decode, encode
from tests.connectors.channels.examples import ALERT, CLAIM, STATEMENT, seconds

When = Literal["now", "hourly", "daily"]
QUICK = Backoff(first=0.01, longest=0.02)


@dataclass
class Desk:
    """A channel that keeps the ids of what it got, and fails as told."""

    name: str = "desk"
    fails: Callable[[str], bool] = lambda _: False
    got: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.changed = threading.Condition()

    def send(self, notice: Notice) -> None:
        if self.fails(notice.alert.id):
            raise ChannelError(f"{self.name}: not now")
        with self.changed:
            self.got.append(notice.alert.id)
            self.notices.append(notice)
            self.changed.notify_all()

    def wait_for(self, *ids: str) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: set(ids) <= set(self.got), 30), self.got


class Home:
    """A log and an index in one folder, and what the pipeline would do to them."""

    def __init__(self, folder: Path) -> None:
        self.log = SqliteLog(folder / "log.sqlite", lambda: seconds(0))
        self.index = SqliteIndex(folder / "index.sqlite", lambda: seconds(0))
        self.index.upsert("claims", [CLAIM])
        self.index.upsert("statements", [STATEMENT])

    def raise_alerts(self, *ids: str, state: AlertState = "new", watch: str = "w1") -> None:
        alerts = [msgspec.structs.replace(ALERT, id=id_, state=state, watch=watch) for id_ in ids]
        self.log.append(TOPIC, [Message(alert.id, encode(alert)) for alert in alerts])
        self.index.create("alerts", alerts)

    def add_watch(
        self, id_: str, *deliver: str, when: When = "now", quiet_until: datetime | None = None, version: int = 1
    ) -> None:
        watch = Watch(
            id=id_,
            name=f"Watch {id_}",
            query="kind:threat",
            created=seconds(0),
            deliver=deliver,
            when=when,
            quiet_until=quiet_until,
            version=version,
        )
        self.index.upsert("watches", [watch])

    def once(self, *desks: Desk, at: float = 3) -> None:
        run(self.log, self.index, channels(desks), Stop(), lambda: seconds(at), once=True, retry=QUICK)

    @contextmanager
    def running(self, *desks: Desk, clock: Callable[[], datetime] = lambda: seconds(3)) -> Iterator[None]:
        stop = Stop()
        with ThreadPoolExecutor(1) as pool:
            notify = pool.submit(run, self.log, self.index, channels(desks), stop, clock, retry=QUICK)
            try:
                yield
            finally:
                stop.set()
            notify.result()

    def delivery(self, alert: str, channel: str = "desk") -> Delivery:
        id_ = f"{alert}/{channel}"
        return cast(Delivery, self.index.get("deliveries", [id_])[id_].record)

    def close(self) -> None:
        self.log.close()
        self.index.close()


def channels(desks: Sequence[Desk]) -> Mapping[str, Channel]:
    return {desk.name: desk for desk in desks}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.close()


def test_every_channel_gets_the_alert_with_what_it_is_about(home: Home) -> None:
    desk, pager = Desk(), Desk("pager")
    home.add_watch("w1")
    home.raise_alerts("x")
    home.once(desk, pager)
    assert (desk.got, pager.got) == (["x"], ["x"])
    [notice] = desk.notices
    assert (notice.watch, notice.claim, notice.statement) == ("Watch w1", CLAIM, STATEMENT)
    assert home.delivery("x") == Delivery(
        id="x/desk", alert="x", channel="desk", tries=1, delivered=seconds(3), version=2
    )


def test_what_was_delivered_is_never_sent_again(home: Home) -> None:
    desk = Desk()
    home.raise_alerts("x", "x")
    home.once(desk)
    home.raise_alerts("x")
    home.once(desk)
    home.log.commit(GROUP, TOPIC, dict.fromkeys(range(home.log.partitions(TOPIC)), 0))
    home.once(desk)
    assert desk.got == ["x"]


def test_a_watch_chooses_its_channels(home: Home) -> None:
    desk, pager = Desk(), Desk("pager")
    home.add_watch("w1", "pager")
    home.raise_alerts("x")
    home.once(desk, pager)
    assert (desk.got, pager.got) == ([], ["x"])


@pytest.mark.parametrize("state", ["backlog", "replayed", "seen", "snoozed", "done"])
def test_only_new_alerts_are_delivered(home: Home, state: AlertState) -> None:
    desk = Desk()
    home.raise_alerts("x", state=state)
    home.once(desk)
    assert desk.got == []
    assert list(home.index.scan("deliveries")) == []


def test_a_failing_receiver_is_tried_again_and_holds_up_no_other(home: Home) -> None:
    failures = iter([True] * 5)
    desk, pager = Desk(fails=lambda id_: id_ == "x" and next(failures, False)), Desk("pager")
    with home.running(desk, pager):
        home.raise_alerts("x", "y")
        home.raise_alerts("z")
        pager.wait_for("x", "y", "z")
        desk.wait_for("x", "y", "z")
    assert sorted(desk.got) == ["x", "y", "z"]
    assert home.delivery("x").tries == 6
    assert home.delivery("x").error is None


def test_one_refused_for_ever_does_not_stop_the_others_of_its_channel(home: Home) -> None:
    desk = Desk(fails=lambda id_: id_ == "x")
    with home.running(desk):
        home.raise_alerts("x", "y")
        desk.wait_for("y")
    assert home.delivery("x").delivered is None


def test_what_could_not_be_delivered_is_pending_with_the_reason_until_the_next_run(home: Home) -> None:
    desk = Desk(fails=lambda _: True)
    home.raise_alerts("x")
    home.once(desk)
    assert (home.delivery("x").tries, home.delivery("x").error) == (1, "desk: not now")
    assert home.log.read(TOPIC, 0, home.log.committed(GROUP, TOPIC).get(0, 0), 10) == []
    better = Desk()
    home.once(better)
    assert better.got == ["x"]


def test_a_channel_that_is_set_up_later_gets_what_waited_for_it(home: Home) -> None:
    home.add_watch("w1", "pager")
    home.raise_alerts("x")
    home.once(Desk())
    pager = Desk("pager")
    home.once(Desk(), pager)
    assert pager.got == ["x"]


def test_a_record_that_is_no_alert_becomes_a_dead_letter(home: Home) -> None:
    desk = Desk()
    home.log.append(TOPIC, [Message("x", b'{"schema": "alert/1"}'), Message("x", None)])
    home.raise_alerts("x")
    home.once(desk)
    assert desk.got == ["x"]
    partitions = range(home.log.partitions("dead-letters"))
    [record] = [record for partition in partitions for record in home.log.read("dead-letters", partition, 0, 10)]
    letter = decode(record.value or b"", DeadLetter)
    assert (letter.record, letter.stage, letter.topic) == (b'{"schema": "alert/1"}', "notify", TOPIC)


HOUR = 3600.0
"""Of the clocks that the examples go by: their second 0 is a full hour, before the daily time."""


@pytest.mark.parametrize(
    ("when", "quiet_until", "due"),
    [
        ("now", 100, 100),
        ("hourly", None, HOUR),
        ("hourly", HOUR + 1, 2 * HOUR),
        ("daily", None, 20 * HOUR),
        ("daily", 20 * HOUR + 1, 44 * HOUR),
    ],
)
def test_an_alert_is_held_until_its_watch_wants_it(
    home: Home, when: When, quiet_until: float | None, due: float
) -> None:
    desk = Desk()
    home.add_watch("w1", when=when, quiet_until=None if quiet_until is None else seconds(quiet_until))
    home.raise_alerts("x")
    home.once(desk, at=due - 0.001)
    assert (desk.got, home.delivery("x").tries) == ([], 0)
    home.once(desk, at=due)
    home.once(desk, at=due + HOUR)
    assert desk.got == ["x"]


@pytest.mark.parametrize("quiet_until", [None, 1])
def test_a_clock_that_is_slow_holds_no_alert_up(home: Home, quiet_until: float | None) -> None:
    desk = Desk()
    home.add_watch("w1", quiet_until=None if quiet_until is None else seconds(quiet_until))
    home.raise_alerts("x")
    home.once(desk, at=-HOUR)
    assert desk.got == ["x"]


def test_while_one_watch_is_quiet_the_others_alert(home: Home) -> None:
    desk = Desk()
    home.add_watch("w1", quiet_until=seconds(HOUR))
    home.add_watch("w2")
    home.raise_alerts("x")
    home.raise_alerts("y", watch="w2")
    home.once(desk)
    assert desk.got == ["y"]
    home.once(desk, at=HOUR)
    assert desk.got == ["y", "x"]


class Wall:
    """A clock that is put by hand."""

    def __init__(self) -> None:
        self.at = 3.0

    def __call__(self) -> datetime:
        return seconds(self.at)


@pytest.mark.parametrize("change", ["shorter", "none", "removed"])
def test_a_watch_that_is_changed_while_its_alerts_are_held(home: Home, change: str) -> None:
    desk, other, wall = Desk(), Desk("other"), Wall()
    home.add_watch("w1", quiet_until=seconds(100 * HOUR))
    with home.running(desk, other, clock=wall):
        home.raise_alerts("x")
        home.raise_alerts("y", watch="w2")
        desk.wait_for("y")
        if change == "shorter":
            home.add_watch("w1", "other", quiet_until=seconds(60), version=2)
        elif change == "none":
            home.add_watch("w1", version=2)
        else:
            home.index.delete("watches", ["w1"])
        wall.at = 61
        desk.wait_for("x")
        other.wait_for("x")
    assert sorted(desk.got) == sorted(other.got) == ["x", "y"]


def test_alerts_of_a_quiet_time_that_is_made_longer_wait_longer(home: Home) -> None:
    desk, wall = Desk(), Wall()
    home.add_watch("w1", quiet_until=seconds(1000))
    with home.running(desk, clock=wall):
        home.raise_alerts("x")
        home.raise_alerts("y", watch="w2")
        desk.wait_for("y")
        home.add_watch("w1", quiet_until=seconds(5000), version=2)
        wall.at = 1001
        home.raise_alerts("z", watch="w2")
        desk.wait_for("z")
        assert "x" not in desk.got
        wall.at = 5000
        desk.wait_for("x")


def test_alerts_that_retention_removed_are_told_and_the_next_ones_delivered(home: Home, tmp_path: Path) -> None:
    home.log.close()
    home.log = SqliteLog(tmp_path / "short.sqlite", lambda: seconds(0), partitions=1)
    desk = Desk()
    home.raise_alerts("a", "b")
    home.once(desk)
    home.raise_alerts("c", "d", "e")
    home.log.trim(TOPIC, seconds(1))
    home.raise_alerts("f")
    home.once(desk)
    assert desk.got == ["a", "b", "f"]
    (gap,) = known_gaps(home.index)
    assert str(gap) == "alerts: offsets 2 to 4 (3 records) of partition 0 were gone before notify read them"


def test_alerts_that_retention_removes_from_under_a_running_notify_are_told(home: Home, tmp_path: Path) -> None:
    home.log.close()
    home.log = SqliteLog(tmp_path / "short.sqlite", lambda: seconds(0), partitions=1)
    read = home.log.read

    def late(topic: str, partition: int, offset: int, limit: int) -> list[LogRecord]:
        home.log.read = read  # type: ignore[method-assign]
        home.log.trim(TOPIC, seconds(1))
        home.raise_alerts("d")
        return read(topic, partition, offset, limit)

    desk = Desk()
    home.raise_alerts("a")
    home.once(desk)
    home.raise_alerts("b", "c")
    home.log.read = late  # type: ignore[method-assign]
    home.once(desk)
    assert desk.got == ["a", "d"]
    assert [(gap.first, gap.last) for gap in known_gaps(home.index)] == [(1, 2)]


class Flaky(SqliteLog):
    """A log that does not answer every other time."""

    asked = 0

    def read(self, topic: str, partition: int, offset: int, limit: int) -> list[LogRecord]:
        self.asked += 1
        if self.asked % 2:
            raise UnavailableError("the log is away")
        return super().read(topic, partition, offset, limit)


def test_a_log_that_is_away_is_waited_for(home: Home, tmp_path: Path) -> None:
    home.log.close()
    home.log = Flaky(tmp_path / "flaky.sqlite", lambda: seconds(0), partitions=1)
    desk = Desk()
    home.raise_alerts("x")
    home.once(desk)
    assert desk.got == ["x"]


def test_a_commit_that_fails_is_made_up_for(home: Home) -> None:
    failures = iter([True])
    commit = home.log.commit

    def fail_once(group: str, topic: str, offsets: Mapping[int, int]) -> None:
        if next(failures, False):
            raise UnavailableError("the disk is full")
        commit(group, topic, offsets)

    home.log.commit = fail_once  # type: ignore[method-assign]
    home.raise_alerts("x")
    desk = Desk()
    home.once(desk)
    assert desk.got == ["x"]
    committed = home.log.committed(GROUP, TOPIC)
    assert committed == {partition: home.log.end(TOPIC, partition) for partition in range(4)}
    assert sum(committed.values()) == 1


def test_an_error_of_a_channel_that_nobody_foresaw_ends_the_service(home: Home) -> None:
    def break_down(_: str) -> bool:
        raise ZeroDivisionError

    home.raise_alerts("x")
    with pytest.raises(ZeroDivisionError):
        run(home.log, home.index, {"desk": Desk(fails=break_down)}, Stop(), lambda: seconds(3))


STATES: st.SearchStrategy[AlertState] = st.sampled_from(["new", "backlog", "replayed"])


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 4), STATES), max_size=6), max_size=4), st.sets(st.integers(0, 12)))
def test_each_new_alert_arrives_once_however_often_it_is_raised(
    runs: list[list[tuple[int, AlertState]]], failing: set[int]
) -> None:
    attempts = iter(range(1000))
    desk = Desk(fails=lambda _: next(attempts) in failing)
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        for raised in [*runs, *([] for _ in range(len(failing)))]:
            for number, state in raised:
                home.raise_alerts(f"{number}-{state}", state=state)
            home.once(desk)
        home.close()
    new = {f"{number}-{state}" for raised in runs for number, state in raised if state == "new"}
    assert sorted(desk.got) == sorted(new)


def test_the_terminal_is_always_there(capsys: pytest.CaptureFixture[str], home: Home) -> None:
    opened = open_channels(NotifySettings(webhooks={"desk": "http://127.0.0.1:9/"}, timeout=1), sys.stdout)
    assert list(opened) == ["terminal", "desk"]
    home.add_watch("w1", "terminal")
    home.raise_alerts("x")
    run(home.log, home.index, opened, Stop(), lambda: seconds(3), once=True)
    assert capsys.readouterr().out.startswith("ALERT Ada Vik (Norland) → Southland: threat | ")
