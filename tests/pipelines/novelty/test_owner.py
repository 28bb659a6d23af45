"""One owner at a time, and what an owner decided outlives it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from connectors.indexes.sqlite import SqliteIndex
from pipelines.novelty.assign import Assigned, Rereading
from pipelines.novelty.owner import Owner
from pipelines.novelty.signature import signature
from schemas.errors import NotOwnerError, UnavailableError
from schemas.ids import statement_id
from schemas.protocols import Index
from schemas.records import EnrichedArticle, Evidence, Record, Statement

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAM = "Any drone over the upper dam will be shot down without warning, the general of Tarn told Veldia on Monday."
AGAIN = "The general of Tarn says that drones over the upper dam would be shot down, a threat that Veldia rejected."
SHIPS = (
    "Ships of Orsund that ignore the order will be boarded and their crews tried, the harbour ministry of Tarn said."
)


class Time:
    """A clock that stands until it is moved, and the timer beside it, which no one can set."""

    def __init__(self) -> None:
        self.now = NOON
        self.passed = 0.0

    def __call__(self) -> datetime:
        return self.now

    def timer(self) -> float:
        return self.passed

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.passed += seconds

    def set_back(self, seconds: float) -> None:
        self.now -= timedelta(seconds=seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def index(tmp_path: Path, time: Time) -> Iterator[SqliteIndex]:
    index = SqliteIndex(tmp_path / "index.sqlite", time)
    yield index
    index.close()


def article(id_: str, text: str, *, version: int = 1, seen: datetime = NOON) -> EnrichedArticle:
    evidence = Evidence(field="text", start=0, end=len(text), text=text)
    said = Statement(
        id=statement_id(id_, [text], "Tarn", ["Veldia"], "threat"), article=id_, kind="threat", side="Tarn",
        target_sides=("Veldia",), evidence=(evidence,), confidence=0.8, first_seen=seen, version=version,
        quote=text[:40],
    )  # fmt: skip
    return EnrichedArticle(
        id=id_, feed="https://feed.example/", fetched=seen, first_seen=seen, version=version, title=id_, text=text,
        signature=signature(text), statements=(said,),
    )  # fmt: skip


def owner(index: Index, time: Time, holder: str) -> Owner:
    return Owner(index, holder=holder, clock=time, timer=time.timer)


def write(index: Index, assigned: list[Assigned]) -> None:
    index.upsert("articles", [each.article for each in assigned])
    index.upsert("claims", [claim for each in assigned for claim in each.claims])


def claims(assigned: list[Assigned]) -> list[str | None]:
    return [statement.claim for each in assigned for statement in each.article.statements]


def test_only_one_owner_at_a_time_until_its_lease_runs_out(index: SqliteIndex, time: Time) -> None:
    first, second = owner(index, time, "first"), owner(index, time, "second")
    assert first.take()
    assert not second.take()
    time.pass_by(9)
    assert first.take(), "the holder renews its lease"
    time.pass_by(9)
    assert not second.take()
    time.pass_by(2)
    assert second.take()


def test_a_lease_of_a_clock_that_was_set_back_runs_out_all_the_same(index: SqliteIndex, time: Time) -> None:
    killed, heir = owner(index, time, "killed"), owner(index, time, "heir")
    assert killed.take()
    time.set_back(3600)
    assert not heir.take()
    time.pass_by(9)
    assert not heir.take()
    time.pass_by(2)
    assert heir.take()


def test_a_holder_whose_clock_was_set_back_goes_on_renewing(index: SqliteIndex, time: Time) -> None:
    holder, other = owner(index, time, "holder"), owner(index, time, "other")
    assert holder.take()
    time.set_back(3600)
    for _ in range(5):
        assert holder.take()
        assert not other.take()
        time.pass_by(6)


def test_a_released_lease_is_free_at_once(index: SqliteIndex, time: Time) -> None:
    first, second = owner(index, time, "first"), owner(index, time, "second")
    assert first.take()
    first.release()
    assert second.take()


def test_an_owner_that_slept_is_refused_and_opens_no_second_claim(index: SqliteIndex, time: Time) -> None:
    sleeper, next_ = owner(index, time, "sleeper"), owner(index, time, "next")
    assert sleeper.take()
    time.pass_by(11)
    assert next_.take()
    (opened,) = claims(next_.own([article("a", DAM)]))
    with pytest.raises(NotOwnerError):
        sleeper.own([article("b", AGAIN)])
    assert not sleeper.take()
    assert claims(next_.own([article("b", AGAIN)])) == [opened]


class Lossy(SqliteIndex):
    """An index whose answer to the next put is lost, where it is told so."""

    lost = False

    def put(self, index: str, record: Record, seen: object | None) -> object | None:
        """Write, and lose the answer."""
        revision = super().put(index, record, seen)
        if self.lost:
            self.lost = False
            raise UnavailableError("the answer was lost")
        return revision


def test_a_put_whose_answer_was_lost_is_no_takeover(tmp_path: Path, time: Time) -> None:
    with closing(Lossy(tmp_path / "lossy.sqlite", time)) as index:
        first = owner(index, time, "first")
        index.lost = True
        with pytest.raises(UnavailableError):
            first.take()
        assert first.take()
        index.lost = True
        with pytest.raises(UnavailableError):
            first.own([article("a", DAM)])
        time.pass_by(1)  # the second try puts another end of the lease
        (opened,) = claims(first.own([article("a", DAM)]))
        assert opened is not None
        assert claims(first.own([article("b", AGAIN)])) == [opened]
        index.lost = True
        time.pass_by(8)
        with pytest.raises(UnavailableError):
            first.take()
        assert not owner(index, time, "second").take()
        assert first.take()


def test_owning_without_the_lease_is_refused(index: SqliteIndex, time: Time) -> None:
    with pytest.raises(NotOwnerError):
        owner(index, time, "nobody").own([article("a", DAM)])


@pytest.mark.parametrize("written", ["nothing", "articles", "all"])
def test_what_a_killed_owner_decided_is_adopted(index: SqliteIndex, time: Time, written: str) -> None:
    killed = owner(index, time, "killed")
    assert killed.take()
    decided = killed.own([article("a", DAM), article("s", SHIPS)])
    if written == "articles":
        index.upsert("articles", [each.article for each in decided])
    elif written == "all":
        write(index, decided)
    time.pass_by(11)
    heir = owner(index, time, "heir")
    assert heir.take()
    # the repeat comes before the opener is read again
    repeat = heir.own([article("b", AGAIN)])
    assert claims(repeat) == [claims(decided)[0]]
    again = heir.own([article("a", DAM), article("s", SHIPS)])
    assert claims(again) == claims(decided)
    members = [{member.article for member in claim.members} for each in again for claim in each.claims]
    assert members == [{"a", "b"}, {"s"}]


def test_what_was_found_in_the_index_leaves_the_record(index: SqliteIndex, time: Time) -> None:
    holder = owner(index, time, "holder")
    assert holder.take()
    write(index, holder.own([article("a", DAM)]))
    write(index, holder.own([article("s", SHIPS)]))
    pending = index.get("marks", ["owner"])["owner"].record.data["pending"]  # type: ignore[attr-defined]
    assert [each["id"] for each in pending] == ["s"]


def test_a_window_is_loaded_from_the_index(index: SqliteIndex, time: Time) -> None:
    holder = owner(index, time, "holder")
    assert holder.take()
    first = holder.own([article("a", DAM)])
    write(index, first)
    holder.release()
    time.pass_by(3600)
    later = owner(index, time, "later")
    assert later.take()
    same, other = later.own([article("copy", DAM), article("b", AGAIN)])
    assert same.article.story == "a"
    assert claims([same, other]) == claims(first) * 2
    assert same.story_seen == NOON


def test_a_new_version_keeps_what_was_given_and_an_old_one_is_left_out(index: SqliteIndex, time: Time) -> None:
    holder = owner(index, time, "holder")
    assert holder.take()
    first = holder.own([article("a", DAM, version=2)])
    write(index, first)
    assert holder.own([article("a", SHIPS, version=1)]) == []
    (edited,) = holder.own([article("a", DAM.replace("shot down", "brought down"), version=3, seen=NOON)])
    assert claims([edited]) == claims(first)
    assert [each.id for each in edited.article.statements] == [each.id for each in first[0].article.statements]


def test_one_statement_in_two_versions_of_a_batch_stays_one(index: SqliteIndex, time: Time) -> None:
    holder = owner(index, time, "holder")
    assert holder.take()
    one, two = holder.own([article("a", DAM, version=1), article("a", DAM + " It was Monday.", version=2)])
    assert [each.id for each in one.article.statements] == [each.id for each in two.article.statements]
    assert two.claims[-1].sightings == 1


def test_a_vanished_statement_is_retracted_in_article_and_claim(index: SqliteIndex, time: Time) -> None:
    holder = owner(index, time, "holder")
    assert holder.take()
    write(index, holder.own([article("a", DAM)]))
    empty = msgspec.structs.replace(article("a", DAM, version=2), statements=())
    (gone,) = holder.own([empty])
    assert [each.state for each in gone.article.statements] == ["retracted"]
    assert [member.retracted for claim in gone.claims for member in claim.members] == [True]


def test_what_is_read_again_finds_the_claims_and_stories_of_its_own_time(index: SqliteIndex, time: Time) -> None:
    holder = owner(index, time, "holder")
    assert holder.take()
    opened = holder.own([article("a", DAM)])
    write(index, opened)
    missed = article("b", AGAIN, seen=NOON + timedelta(days=1))
    index.upsert("articles", [msgspec.structs.replace(missed, statements=(), story="b", indexed=missed.fetched)])
    holder.own([])  # finds in the index what was decided
    holder.release()
    time.pass_by(40 * 86_400)
    later = owner(index, time, "later")
    assert later.take()
    again, copy = later.own([missed, article("copy", DAM, seen=NOON + timedelta(days=2))], Rereading())
    assert claims([again, copy]) == claims(opened) * 2
    assert copy.article.story == "a"
    assert again.rereading == Rereading()


def test_a_long_look_back_does_not_cost_the_lease(
    index: SqliteIndex, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        index.upsert("articles", [article(f"old{number}", f"{DAM} {number}", seen=NOON - timedelta(days=20))])
    holder, other = owner(index, time, "holder"), owner(index, time, "other")
    assert holder.take()
    taken: list[bool] = []

    def slow(name: str, since: datetime | None = None) -> Iterator[Record]:
        for record in scan(name, since):
            time.pass_by(2)
            taken.append(other.take())
            yield record

    scan = index.scan
    monkeypatch.setattr(index, "scan", slow)
    assert holder.own([article("old0", DAM, version=2, seen=NOON - timedelta(days=20))], Rereading())
    assert len(taken) >= 40
    assert not any(taken)


def test_an_owner_that_is_overtaken_while_it_looks_back_drops_its_batch(
    index: SqliteIndex, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.upsert("articles", [article("old", DAM, seen=NOON - timedelta(days=20))])
    holder, other = owner(index, time, "holder"), owner(index, time, "other")
    assert holder.take()

    def endless(name: str, since: datetime | None = None) -> Iterator[Record]:
        time.pass_by(11)
        monkeypatch.undo()
        assert other.take()
        yield from scan(name, since)

    scan = index.scan
    monkeypatch.setattr(index, "scan", endless)
    with pytest.raises(NotOwnerError):
        holder.own([article("old", DAM, version=2, seen=NOON - timedelta(days=20))], Rereading())
    assert not holder.take()


def test_the_index_is_loaded_once_for_all_that_is_read_again(
    index: SqliteIndex, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = [article(f"old{number}", f"{DAM} {number}", seen=NOON + timedelta(hours=number)) for number in range(10)]
    index.upsert("articles", [msgspec.structs.replace(each, statements=(), story=each.id) for each in old])
    time.pass_by(60 * 86_400)
    holder = owner(index, time, "holder")
    assert holder.take()
    loads: list[str] = []
    scan = index.scan

    def counted(name: str, since: datetime | None = None) -> Iterator[Record]:
        loads.append(name)
        return scan(name, since)

    monkeypatch.setattr(index, "scan", counted)
    for number, each in enumerate(old):
        holder.own([each], Rereading())
        holder.own([article(f"live{number}", SHIPS, seen=time.now)])
        time.pass_by(60)
    assert loads == ["articles", "claims"]
    time.pass_by(90 * 60)
    holder.own([article("live", SHIPS, seen=time.now)])
    holder.own([old[0]], Rereading())
    assert loads == ["articles", "claims"] * 2, "what was read again is forgotten after a while"
