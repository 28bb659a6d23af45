"""Two laws of the whole pipeline over a log of one partition: the same log gives the same records, and so does any run
that is killed at any write and resumed, times aside."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, cast
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from benchmarks.clock import FileClock
from connectors.indexes.sqlite import SqliteIndex
from connectors.logs.sqlite import SqliteLog
from pipelines.pool import Failure
from pipelines.process import drain_all
from pipelines.reading.reader import Reader
from pipelines.reading.settings import ReadingSettings
from pipelines.readings import reading_key
from pipelines.session import Work
from pipelines.settings import ProcessSettings
from redline.watches import add_watch, new_watch
from schemas.protocols import Index, Log, Message
from schemas.records import INDEXES, Article, EnrichedArticle, encode

pytestmark = pytest.mark.integration

DAY = datetime(2026, 11, 3, tzinfo=UTC)
LEASE = timedelta(seconds=11)
SAID = (
    ("Norway", "Danish trawlers", "cut their nets in the northern strait", "sunk"),
    ("Chile", "Peruvian survey ships", "cross the agreed parallel", "boarded"),
)
WORDINGS = (
    "{side}'s defence minister, Ola Brandt, spoke on Monday. "
    '"If {who} {act}, they will be {fate}," Brandt told reporters.',
    "{side}'s defence minister, Ola Brandt, warned on Monday that {who} would be {fate} if they {act}.",
    "The council of the harbour town of {side} met on Monday and talked of dredging for most of the afternoon.",
)
TIMES = {"enriched", "indexed", "matched", "failed"}
"""When something was done: all that may differ."""

Event_ = tuple[int, int, int] | bytes | None
"""An article as (its number, what is said, in which wording), a record that is none, or a deletion."""

EVENTS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 5), st.integers(0, len(SAID) - 1), st.integers(0, len(WORDINGS) - 1)),
        st.sampled_from([b"{not json", b'{"id": "x"}', None]),
    ),
    min_size=1,
    max_size=12,
)
"""An article that comes again is a repetition where it says the same in the same words, else an update."""


def text_of(said: int, wording: int) -> tuple[str, str]:
    """A title and a text."""
    side, who, act, fate = SAID[said]
    return f"{side} speaks", WORDINGS[wording].format(side=side, who=who, act=act, fate=fate)


def messages(events: Sequence[Event_]) -> list[Message]:
    """The log; each article is fetched a minute after the record before, unless it is the same record once more."""
    last: dict[int, tuple[tuple[int, int, int], Message]] = {}
    made = []
    for minute, event in enumerate(events):
        if not isinstance(event, tuple):
            made.append(Message("odd", event))
            continue
        number, said, wording = event
        if number not in last or last[number][0] != event:
            title, text = text_of(said, wording)
            article = Article(
                id=f"a{number}", feed=f"https://f{number}.example/", source=f"Outlet {number}", title=title, text=text,
                fetched=DAY + timedelta(minutes=minute), lang="en",
            )  # fmt: skip
            last[number] = (event, Message(article.id, encode(article)))
        made.append(last[number][1])
    return made


@pytest.fixture(scope="module")
def readings() -> Mapping[str, EnrichedArticle | Failure]:
    """What the real reader finds in each of the texts."""
    texts = [text_of(said, wording) for said in range(len(SAID)) for wording in range(len(WORDINGS))]
    articles = [
        Article(id=f"text-{number}", feed="f", title=title, text=text, fetched=DAY, lang="en")
        for number, (title, text) in enumerate(texts)
    ]
    read = Reader(ReadingSettings(), lambda: DAY).read(articles)
    assert [len(each.statements) for each in read] == [1, 1, 0] * len(SAID)
    return {reading_key(article): each for article, each in zip(articles, read, strict=True)}


class KilledError(Exception):
    """In the place of a SIGKILL: nobody handles it."""


@dataclass(frozen=True)
class Fuse:
    """Burns down with each write of whoever carries it, and kills at the last."""

    path: Path

    def set(self, writes: int) -> None:
        """Kill at the write after ``writes``; below 0: never."""
        self.path.write_text(str(writes))

    def burn(self) -> None:
        """One more write."""
        left = int(self.path.read_text())
        if left == 0:
            raise KilledError
        self.set(left - 1)


class Fused:
    """A log or an index whose writes burn ``fuse``."""

    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._inner, name)
        if name not in ("append", "commit", "upsert", "create", "put"):
            return method

        def write(*given: Any) -> Any:
            self._fuse.burn()
            return method(*given)

        return write


@dataclass(frozen=True)
class OnePartition:
    """Homes in ``folder`` whose topics have one partition."""

    folder: Path

    @property
    def clock(self) -> FileClock:
        return FileClock(self.folder / "clock")

    @property
    def fuse(self) -> Fuse:
        return Fuse(self.folder / "fuse")

    def log(self) -> Log:
        return cast(Log, Fused(SqliteLog(self.folder / "log.sqlite", self.clock, partitions=1), self.fuse))

    def index(self) -> Index:
        return cast(Index, Fused(SqliteIndex(self.folder / "index.sqlite", self.clock), self.fuse))


class Installation:
    """A log of ``events`` with one watch, in a folder of its own."""

    def __init__(self, folder: Path, events: Sequence[Event_], read: Mapping[str, EnrichedArticle | Failure]) -> None:
        self._homes = OnePartition(folder)
        self._read = read
        self._homes.clock.set(DAY + timedelta(hours=1))
        self._homes.fuse.set(-1)
        index, log = self._homes.index(), self._homes.log()
        add_watch(index, msgspec.structs.replace(new_watch("all", "side:(norway OR chile)", DAY), id="all"))
        log.append("articles", messages(events))
        index.close()
        log.close()

    def run(self, drain: int, writes: int = -1) -> bool:
        """Process all there is, ``drain`` records at a time; False where it was killed after ``writes`` writes."""
        self._homes.clock.set(self._homes.clock() + LEASE)
        self._homes.fuse.set(writes)
        settings = ProcessSettings(workers=1, drain_records=drain)
        work = Work(self._homes, ReadingSettings(), settings, self._homes.clock, run=uuid4().hex)
        session = work.session()
        session.pool.remember(self._read)
        try:
            drain_all(work, session, Event(), once=True)
        except Exception as error:
            if KilledError.__name__ not in repr(error):
                raise
            return False
        finally:
            session.close()  # the lease is not given back: a killed process does not
        return True

    def records(self) -> Iterator[str]:
        """All that is stored and all that was sent, times aside, in the order of the ids, and sent."""
        index, log = self._homes.index(), self._homes.log()
        for name in INDEXES.keys() - {"marks"}:
            yield from sorted(f"{name} {timeless(encode(record))}" for record in index.scan(name))
        for topic in ("alerts", "dead-letters"):
            yield from (f"sent {timeless(each.value or b'')}" for each in log.read(topic, 0, 0, 1000))
        index.close()
        log.close()


def timeless(body: bytes) -> str:
    """``body``, a record, without the times at which things were done."""

    def strip(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {key: value for key, value in pairs if key not in TIMES}

    return json.dumps(json.loads(body, object_pairs_hook=strip), ensure_ascii=False)


@pytest.fixture
def install(readings: Mapping[str, EnrichedArticle | Failure]) -> Iterator[Callable[[Sequence[Event_]], Installation]]:
    """Makes an installation in a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        yield lambda events: Installation(Path(tempfile.mkdtemp(dir=folder)), events, readings)


# Each log takes seconds, and is short: to make a failing one shorter yet would take many minutes.
FEW = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@FEW
@given(EVENTS, st.integers(1, 12), st.integers(1, 12))
@example(events=[(0, 0, 0), (0, 1, 0)], drain=5, other=1)
def test_the_same_log_gives_the_same_records(
    install: Callable[[Sequence[Event_]], Installation], events: list[Event_], drain: int, other: int
) -> None:
    one, two = install(events), install(events)
    assert one.run(drain)
    assert two.run(other)
    assert list(one.records()) == list(two.records())


@FEW
@given(EVENTS, st.integers(1, 12), st.lists(st.integers(0, 25), min_size=1, max_size=4))
@example(events=[(3, 0, 0), (5, 0, 0), (3, 1, 2), (5, 1, 1)], drain=11, kills=[4])
def test_any_run_that_is_killed_and_resumed_ends_in_the_same_state(
    install: Callable[[Sequence[Event_]], Installation], events: list[Event_], drain: int, kills: list[int]
) -> None:
    undisturbed, killed = install(events), install(events)
    assert undisturbed.run(drain)
    for writes in kills:
        killed.run(drain, writes)
    assert killed.run(drain)
    # What was sent just before a kill is sent again, and no one minds: its id tells.
    once = Counter(set(killed.records()))
    assert once == Counter(undisturbed.records())
