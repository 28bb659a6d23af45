"""The three doors to stored data, ``Log``, ``Index`` and ``Homes``, and what passes through them.

Each has exactly two homes (embedded and servers) and one set of contract tests that both must pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from threading import Event
from typing import Literal, NamedTuple, Protocol

from schemas.query.tree import Query
from schemas.records import Record

TOPICS = ("articles", "alerts", "dead-letters", "replay")


class Message(NamedTuple):
    """What is appended to a topic. Messages with one key keep their order; ``value`` None marks a deletion."""

    key: str
    value: bytes | None


class LogRecord(NamedTuple):
    """A message as the log holds it."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes | None
    appended: datetime


class Log(Protocol):
    """Topics of ordered partitions, read by offset.

    All methods raise ``schemas.errors.UnavailableError`` when the log does not answer.
    """

    def partitions(self, topic: str) -> int:
        """How many partitions ``topic`` has; they are numbered from 0."""
        ...

    def append(self, topic: str, messages: Sequence[Message]) -> None:
        """Append ``messages``, each to the partition of its key; when this returns, the log has them durably."""
        ...

    def read(self, topic: str, partition: int, offset: int, limit: int) -> list[LogRecord]:
        """At most ``limit`` records from the first offset at or after ``offset``, in order.

        Fewer may come anywhere (they are large, say), none only at the end.
        """
        ...

    def wait(self, topic: str, offsets: Mapping[int, int], seconds: float, stop: Event) -> bool:
        """Wait until a partition has a record at or after its offset in ``offsets`` (absent: 0), and return True.

        Returns False after ``seconds`` without one, and soon after ``stop`` was set.
        """
        ...

    def earliest(self, topic: str, partition: int) -> int:
        """The first offset that may still hold a record (retention removes those before it)."""
        ...

    def end(self, topic: str, partition: int) -> int:
        """The offset that the next record will get."""
        ...

    def offset_at(self, topic: str, partition: int, time: datetime) -> int:
        """The offset of the first record appended at or after ``time``; the end where there is none."""
        ...

    def commit(self, group: str, topic: str, offsets: Mapping[int, int]) -> None:
        """Store for ``group`` the offset of the next record to read, by partition."""
        ...

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """The offsets stored for ``group``, by partition; a partition never committed is absent."""
        ...

    def trim(self, topic: str, before: datetime) -> int:
        """Remove the records of ``topic`` appended before ``time``; returns how many went."""
        ...

    def close(self) -> None:
        """Release what is held; the log cannot be used afterwards."""
        ...


class Found(NamedTuple):
    """A record with the revision under which it was read: an opaque value for ``Index.put``."""

    record: Record
    revision: object


class Page(NamedTuple):
    """One page of a search. ``after`` is the cursor of the next page, None at the end."""

    records: list[Record]
    after: str | None
    facets: dict[str, dict[str, int]]


Sort = Literal["new", "best"]


class Index(Protocol):
    """Indexes of records (the keys of ``schemas.records.INDEXES``), searched with the one query language.

    All methods raise ``schemas.errors.UnavailableError`` when the index does not answer. What is written is read by
    id at once, and is found by search, scan and count after ``refresh`` at the latest.
    """

    def upsert(self, index: str, records: Sequence[Record]) -> None:
        """Write ``records`` by id; one whose ``version`` is below the stored one is left out silently."""
        ...

    def create(self, index: str, records: Sequence[Record]) -> set[str]:
        """Write those of ``records`` whose id is not there yet; returns the ids that were new."""
        ...

    def put(self, index: str, record: Record, seen: object | None) -> object | None:
        """Write ``record`` if it is still as it was read.

        ``seen`` is the revision that ``get`` or an earlier ``put`` returned, None for "not there yet". Returns the
        new revision, or None where someone else wrote in between (nothing is written then).
        """
        ...

    def get(self, index: str, ids: Iterable[str]) -> dict[str, Found]:
        """The records of ``ids`` by id; those not there are absent."""
        ...

    def search(
        self,
        index: str,
        query: Query | None,
        *,
        sort: Sort = "new",
        limit: int = 20,
        after: str | None = None,
        facets: Sequence[str] = (),
    ) -> Page:
        """One page of what ``query`` (None: everything) finds.

        ``new`` orders by ``first_seen`` (articles, statements, claims; otherwise the time of writing), newest first,
        then by id; ``best`` by BM25 among the newest 2,000 hits. ``facets`` names fields of exact values (such as
        ``side``); each is counted over the newest 10,000 hits. ``after`` is the cursor of an earlier page of the same
        search.

        Raises:
            ValueError: ``after`` is no cursor of this search, or a facet is no field of exact values.
        """
        ...

    def scan(self, index: str, since: datetime | None = None) -> Iterator[Record]:
        """All records of ``index``, in no order; with ``since`` those whose ``first_seen`` is not before it."""
        ...

    def count(self, index: str) -> int:
        """How many records ``index`` holds."""
        ...

    def refresh(self, index: str) -> None:
        """When this returns, all that was written before is found by search and scan."""
        ...

    def delete(self, index: str, ids: Iterable[str]) -> None:
        """Remove the records of ``ids``; those not there are no error."""
        ...

    def close(self) -> None:
        """Release what is held; the index cannot be used afterwards."""
        ...


class Homes(Protocol):
    """Where the data lives: a frozen, picklable value that opens a log and an index of the same installation."""

    def log(self) -> Log:
        """A new connection to the log; the caller closes it."""
        ...

    def index(self) -> Index:
        """A new connection to the index; the caller closes it."""
        ...
