"""What ``redline fetch`` remembers: the feeds, their schedule and faults, and of their entries ids and last texts.

One SQLite file, in both homes of the data. The commands that add and remove feeds write to it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import msgspec

from connectors.feeds.addresses import host_of, is_web
from connectors.feeds.articles import Memory, Published
from connectors.feeds.fetch import LONGEST_WAIT, Validators
from connectors.sqlite import Database
from schemas.errors import FeedError
from schemas.records import Article
from schemas.times import from_micros, to_micros

FORGET_AFTER = timedelta(days=90)
"""An entry that its feed has not shown for so long is forgotten; its address gives it the same id again."""
_BATCH = 500

_SCHEMA = (
    """CREATE TABLE feeds (
        url TEXT PRIMARY KEY, host TEXT NOT NULL, title TEXT, added INTEGER NOT NULL,
        etag TEXT, last_modified TEXT, body_hash TEXT,
        fetched INTEGER, failing_since INTEGER, failures INTEGER NOT NULL DEFAULT 0, error TEXT,
        due INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID""",
    "CREATE INDEX feeds_by_due ON feeds (due)",
    "CREATE TABLE hosts (host TEXT PRIMARY KEY, until INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE names (
        feed TEXT, name TEXT, id TEXT NOT NULL, seen INTEGER NOT NULL, PRIMARY KEY (feed, name)) WITHOUT ROWID""",
    """CREATE TABLE entries (
        feed TEXT, id TEXT, digest TEXT NOT NULL, seen INTEGER NOT NULL, PRIMARY KEY (feed, id)) WITHOUT ROWID""",
    """CREATE TABLE published (
        id TEXT PRIMARY KEY, version INTEGER NOT NULL, first_seen INTEGER NOT NULL, backlog INTEGER NOT NULL,
        title TEXT, text TEXT, seen INTEGER NOT NULL)""",
    "CREATE INDEX published_by_seen ON published (seen)",
)


class FeedStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A feed and how it fares.

    ``fetched`` is the last time that it was read or found unchanged, ``failing_since`` the first of the faults since
    then and ``error`` the last of them; ``due`` is when it is asked next, and ``held`` says why its host is left alone
    until then.
    """

    url: str
    added: datetime
    due: datetime
    failures: int = 0
    title: str | None = None
    fetched: datetime | None = None
    failing_since: datetime | None = None
    error: str | None = None
    held: str | None = None

    @property
    def host(self) -> str:
        """Host and port."""
        return host_of(self.url)


class FeedState:
    """The state in the file ``path``, which is made where it is not there. Any thread and process may use it.

    All methods raise ``schemas.errors.UnavailableError`` where the file is locked for too long or the disk is full.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        """Open the file; its folder must exist."""
        self._database = Database(path, _SCHEMA)
        self._clock = clock

    def close(self) -> None:
        """Close the file; the object cannot be used afterwards."""
        self._database.close()

    def add(self, url: str, title: str | None = None) -> bool:
        """Add a feed, to be fetched at once; whether it was not there yet. ``title`` names the publisher.

        Raises:
            FeedError: ``url`` is no http or https address.
        """
        url = checked_url(url)
        with self._database.write() as connection:
            row = (url, host_of(url), title or None, to_micros(self._clock()))
            sql = "INSERT OR IGNORE INTO feeds (url, host, title, added) VALUES (?, ?, ?, ?)"
            return connection.execute(sql, row).rowcount == 1

    def remove(self, url: str) -> bool:
        """Remove a feed and what is remembered of its entries; whether it was there."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM names WHERE feed = ?", (url,))
            connection.execute("DELETE FROM entries WHERE feed = ?", (url,))
            return connection.execute("DELETE FROM feeds WHERE url = ?", (url,)).rowcount == 1

    def feeds(self) -> list[FeedStatus]:
        """All feeds, in the order of their addresses."""
        return self._statuses("ORDER BY url")

    def due(self) -> list[FeedStatus]:
        """The feeds whose time has come and whose host is not held, the longest overdue first.

        What happened later than now tells that the clock was set back: then the time has come, too.
        """
        now = to_micros(self._clock())
        come = "max(ifnull(fetched, 0), ifnull(failing_since, 0)) > ? OR due <= ?"
        return self._statuses(f"WHERE ({come}) AND until IS NULL ORDER BY due, url", now, now)

    def validators(self, url: str) -> Validators:
        """What tells whether the feed has changed since it was last read."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT etag, last_modified, body_hash FROM feeds WHERE url = ?", (url,)
            ).fetchone()
        return Validators(*row) if row else Validators()

    def unchanged(self, url: str, due: datetime) -> None:
        """The feed answered that it has not changed."""
        with self._database.write() as connection:
            self._succeed(connection, url, due)

    def failed(self, url: str, error: str, due: datetime) -> None:
        """The feed could not be fetched or read. What was remembered of it stays as it is."""
        told = {"url": url, "error": error, "now": to_micros(self._clock()), "due": to_micros(due)}
        with self._database.write() as connection:
            connection.execute(
                # Times later than now are of a clock that was set back.
                """UPDATE feeds SET failures = failures + 1, error = :error, due = :due, fetched = min(fetched, :now),
                   failing_since = min(ifnull(failing_since, :now), :now) WHERE url = :url""",
                told,
            )

    def hold(self, host: str, until: datetime, reason: str) -> None:
        """Ask nothing of ``host`` before ``until``."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM hosts WHERE until <= ?", (to_micros(self._clock()),))
            connection.execute(
                """INSERT INTO hosts VALUES (?, ?, ?) ON CONFLICT DO UPDATE
                   SET until = max(until, excluded.until), reason = excluded.reason""",
                (host, to_micros(until), reason),
            )

    def ids(self, url: str, names: Iterable[str]) -> dict[str, str]:
        """The ids that entries of feed ``url`` were given, by name; names not remembered are absent."""
        with self._database.read() as connection:
            return dict(_in(connection, "SELECT name, id FROM names WHERE feed = ? AND name IN", [url], names))

    def recall(self, url: str, ids: Iterable[str]) -> Memory:
        """What is remembered of ``ids``: what feed ``url`` last said, and what was last published by any feed."""
        ids = list(ids)
        with self._database.read() as connection:
            row = connection.execute("SELECT fetched FROM feeds WHERE url = ?", (url,)).fetchone()
            digests = dict(_in(connection, "SELECT id, digest FROM entries WHERE feed = ? AND id IN", [url], ids))
            sql = "SELECT id, version, first_seen, backlog, title, text FROM published WHERE id IN"
            published = {
                identity: Published(
                    version=version, first_seen=from_micros(seen), backlog=bool(backlog), title=title, text=text
                )
                for identity, version, seen, backlog, title, text in _in(connection, sql, [], ids)
            }
        return Memory(first=row is None or row[0] is None, digests=digests, published=published)

    def read(
        self,
        url: str,
        validators: Validators,
        due: datetime,
        *,
        ids: Mapping[str, str],
        digests: Mapping[str, str],
        articles: Iterable[Article],
    ) -> None:
        """The feed was read, and ``articles`` are in the log: remember all of it, or nothing.

        ``ids`` is name → id and ``digests`` id → digest of everything that the feed holds now.
        """
        now = self._clock()
        seen, oldest = to_micros(now), to_micros(now - FORGET_AFTER)
        with self._database.write() as connection:
            connection.execute(
                "UPDATE feeds SET etag = ?, last_modified = ?, body_hash = ? WHERE url = ?",
                (*msgspec.structs.astuple(validators), url),
            )
            if not self._succeed(connection, url, due):
                return  # it was removed meanwhile
            connection.executemany(
                "INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?)", [(url, *item, seen) for item in ids.items()]
            )
            connection.executemany(
                "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", [(url, *item, seen) for item in digests.items()]
            )
            connection.executemany("UPDATE published SET seen = ? WHERE id = ?", [(seen, one) for one in digests])
            connection.executemany(
                "INSERT OR REPLACE INTO published VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(a.id, a.version, to_micros(a.first_seen), a.backlog, a.title, a.text, seen) for a in articles],
            )
            connection.execute("DELETE FROM names WHERE feed = ? AND seen < ?", (url, oldest))
            connection.execute("DELETE FROM entries WHERE feed = ? AND seen < ?", (url, oldest))
            connection.execute("DELETE FROM published WHERE seen < ?", (oldest,))

    def _succeed(self, connection: Connection, url: str, due: datetime) -> bool:
        """Note the success; whether the feed is still there."""
        sql = "UPDATE feeds SET fetched = ?, due = ?, failures = 0, failing_since = NULL, error = NULL WHERE url = ?"
        return connection.execute(sql, (to_micros(self._clock()), to_micros(due), url)).rowcount == 1

    def _statuses(self, condition: str, *values: int) -> list[FeedStatus]:
        sql = f"""SELECT url, added, feeds.due, until, failures, title, fetched, failing_since, error, reason
                  FROM feeds LEFT JOIN hosts ON hosts.host = feeds.host AND until > ? AND until <= ? {condition}"""
        now = self._clock()
        held = (to_micros(now), to_micros(now + LONGEST_WAIT))  # longer ones are of a clock that was set back
        with self._database.read() as connection:
            rows = connection.execute(sql, (*held, *values)).fetchall()
        return [_status(*row) for row in rows]


def checked_url(url: str) -> str:
    """``url`` as a feed's address.

    Raises:
        FeedError: it is no http or https address.
    """
    url = url.strip()
    if not is_web(url):
        raise FeedError(f"{url!r} is no address of a feed: it must begin with http:// or https://")
    return url


def _status(
    url: str,
    added: int,
    due: int,
    until: int | None,
    failures: int,
    title: str | None,
    fetched: int | None,
    failing_since: int | None,
    error: str | None,
    held: str | None,
) -> FeedStatus:
    return FeedStatus(
        url=url,
        added=from_micros(added),
        due=from_micros(max(due, until or 0)),
        failures=failures,
        title=title,
        fetched=None if fetched is None else from_micros(fetched),
        failing_since=None if failing_since is None else from_micros(failing_since),
        error=error,
        held=held,
    )


def _in(connection: Connection, sql: str, before: Sequence[str], values: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of ``sql``, which ends in IN, for all ``values``, as many at a time as SQLite takes well."""
    rest = list(values)
    for start in range(0, len(rest), _BATCH):
        batch = rest[start : start + _BATCH]
        yield from connection.execute(f"{sql} ({', '.join('?' * len(batch))})", (*before, *batch))
