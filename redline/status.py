"""How an installation is: what comes in and how late, what waits, what is missing and since when, and what was lost.

Each figure is taken from where it is stored, by whoever asks. What cannot be asked now is left out and named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any, cast

import msgspec

from connectors.feeds.state import FeedStatus
from pipelines.reading.settings import READ_IN_DEPTH
from redline.away import Away, missed
from redline.dead_letters import letters
from redline.homes import EmbeddedHomes, ServerHomes
from redline.lag import waiting
from redline.replay import progress
from schemas.errors import RedlineError
from schemas.gaps import Gap, known_gaps
from schemas.protocols import TOPICS, Index, Log
from schemas.query.parse import parse
from schemas.records import INDEXES, Alert, DeadLetter, Delivery, EnrichedArticle

PARTS = {"process": "articles", "replay": "replay", "notify": "alerts"}
"""What has to be done, and the topic that it waits in."""
OVERDUE = timedelta(minutes=5)
"""A feed whose time has come is asked sooner where anyone fetches, however many feeds there are."""
SAMPLE = 200
"""How many of the newest articles tell how late they are."""
NEWEST = 1000
"""How many of the newest deliveries are looked at."""


class TopicStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How many records a topic may hold now (retention removes the oldest), and has ever got."""

    held: int
    appended: int


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """Articles, new and revised, that the log got in the last hour and the last day, and when the last one came."""

    hour: int
    day: int
    last: datetime | None = None


class Delay(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds that an article took: half of them at most ``median``, 19 in 20 at most ``most``."""

    median: float
    most: float


class FailingFeed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed whose last fetches failed, since when, and the last fault."""

    url: str
    since: datetime
    error: str


class Undelivered(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts that a channel did not take yet, when the oldest was matched, and the last reason."""

    alerts: int
    since: datetime
    error: str


class Letters(msgspec.Struct, frozen=True, kw_only=True):
    """Dead letters: how many are open, by stage, and were put back and not read again yet; and the last one open."""

    open: dict[str, int]
    retried: int
    last: datetime | None = None
    error: str | None = None


class Status(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of an installation at ``time``; what did not answer is in ``unanswered`` and what it tells absent.

    away: what the running parts miss now.
    unanswered: log, index or feeds, and why it does not answer.
    topics, intake: what the log holds and gets.
    lag: how many records wait, by what has to be done with them (process, replay, notify); oldest: since when.
    replay_seconds: how long the replay takes yet, as far as that can be told.
    records: how many there are, by index.
    sources: how many feeds the articles of the last day are from (of the newest 10,000).
    delays: how late the newest are by the time of the stage (fetched, indexed), those of archives left out.
    languages: the newest 10,000 articles by language; not_read: those of them that have no statements for theirs.
    undelivered: by channel, of the newest 1,000 deliveries; untried: those that wait for a watch's time or a channel.
    gaps: the offsets that retention removed unread.
    feeds, read, failing: how many feeds there are, were read in the last hour, and which fail; overdue: since when
    nobody asks one whose time has come, where that is longer than five minutes.
    """

    time: datetime
    away: tuple[Away, ...] = ()
    unanswered: dict[str, str] = {}
    topics: dict[str, TopicStatus] | None = None
    intake: Intake | None = None
    lag: dict[str, int] | None = None
    oldest: dict[str, datetime] | None = None
    replay_seconds: float | None = None
    records: dict[str, int] | None = None
    sources: int | None = None
    delays: dict[str, Delay] | None = None
    languages: dict[str, int] | None = None
    not_read: int | None = None
    undelivered: dict[str, Undelivered] | None = None
    untried: int | None = None
    gaps: tuple[Gap, ...] | None = None
    dead_letters: Letters | None = None
    feeds: int | None = None
    read: int | None = None
    failing: tuple[FailingFeed, ...] | None = None
    overdue: datetime | None = None


def installation_status(homes: EmbeddedHomes | ServerHomes, data: Path, now: datetime) -> Status:
    """The state of the installation on ``homes`` whose folder is ``data``."""

    def of_log() -> dict[str, Any]:
        with closing(homes.log()) as log:
            return _of_log(log, now)

    def of_index() -> dict[str, Any]:
        with closing(homes.index()) as index:
            return _of_index(index)

    def of_feeds() -> dict[str, Any]:
        with closing(homes.feeds()) as feeds:
            return _of_feeds(feeds.feeds(), now)

    def of_both() -> dict[str, Any]:
        with closing(homes.log()) as log, closing(homes.index()) as index:
            left = progress(log, index, now).seconds
            return {"dead_letters": _letters(letters(log, index)), "replay_seconds": left}

    away = tuple(missed(data))
    found: dict[str, Any] = {}
    unanswered: dict[str, str] = {}
    for part, look in (("log", of_log), ("index", of_index), ("feeds", of_feeds), ("dead letters", of_both)):
        # The dead letters need both: they add nothing where one of them is missing already.
        if part == "dead letters" and {"log", "index"} & unanswered.keys():
            continue
        try:
            found |= look()
        except RedlineError as error:
            unanswered[part] = str(error)
    return Status(time=now, away=away, unanswered=unanswered, **found)


def _of_log(log: Log, now: datetime) -> dict[str, Any]:
    waits = {part: waiting(log, topic) for part, topic in PARTS.items()}
    return {
        "topics": {topic: _topic(log, topic) for topic in TOPICS},
        "intake": Intake(
            hour=_since(log, now - timedelta(hours=1)), day=_since(log, now - timedelta(days=1)), last=_last(log)
        ),
        "lag": {part: one.records for part, one in waits.items()},
        "oldest": {part: one.since for part, one in waits.items() if one.since},
    }


def _topic(log: Log, topic: str) -> TopicStatus:
    ends = [(log.earliest(topic, one), log.end(topic, one)) for one in range(log.partitions(topic))]
    return TopicStatus(held=sum(end - first for first, end in ends), appended=sum(end for _, end in ends))


def _since(log: Log, time: datetime) -> int:
    partitions = range(log.partitions("articles"))
    return sum(log.end("articles", one) - log.offset_at("articles", one, time) for one in partitions)


def _last(log: Log) -> datetime | None:
    ends = {one: log.end("articles", one) for one in range(log.partitions("articles"))}
    found = [record for one, end in ends.items() if end for record in log.read("articles", one, end - 1, 1)]
    return max((record.appended for record in found), default=None)


def _of_index(index: Index) -> dict[str, Any]:
    lately = parse("first_seen:[now-1d TO *]", "articles")
    languages = index.search("articles", None, limit=1, facets=["lang"]).facets["lang"]
    newest = index.search("articles", lately, limit=SAMPLE, facets=["feed"])
    undelivered, untried = _undelivered(index)
    return {
        "records": {name: index.count(name) for name in INDEXES if name != "marks"},
        "sources": len(newest.facets["feed"]),
        "delays": _delays([cast(EnrichedArticle, record) for record in newest.records]),
        "languages": languages,
        "not_read": sum(count for language, count in languages.items() if language != READ_IN_DEPTH),
        "undelivered": undelivered,
        "untried": untried,
        "gaps": tuple(known_gaps(index)),
    }


def _delays(articles: Sequence[EnrichedArticle]) -> dict[str, Delay]:
    stages = {
        "fetched": [a.fetched - a.published for a in articles if a.published and not a.backlog],
        "indexed": [a.indexed - a.fetched for a in articles if a.indexed],
    }
    return {stage: _delay([spent.total_seconds() for spent in times]) for stage, times in stages.items() if times}


def _delay(seconds: Sequence[float]) -> Delay:
    ranks = quantiles(seconds, n=20, method="inclusive") if len(seconds) > 1 else [seconds[0]] * 19
    return Delay(median=round(ranks[9], 3), most=round(ranks[18], 3))


def _undelivered(index: Index) -> tuple[dict[str, Undelivered], int]:
    """What each channel did not take yet, and how many deliveries were not tried yet."""
    newest = [cast(Delivery, record) for record in index.search("deliveries", None, limit=NEWEST).records]
    pending = [delivery for delivery in newest if delivery.delivered is None]
    failed = [delivery for delivery in pending if delivery.error]
    found = index.get("alerts", {delivery.alert for delivery in failed})
    matched = {id_: cast(Alert, each.record).trace.matched for id_, each in found.items()}
    channels: dict[str, list[Delivery]] = {}
    for delivery in failed:
        if delivery.alert in matched:
            channels.setdefault(delivery.channel, []).append(delivery)
    return {
        channel: Undelivered(
            alerts=len(deliveries),
            since=min(matched[delivery.alert] for delivery in deliveries),
            error=deliveries[0].error or "",
        )
        for channel, deliveries in channels.items()
    }, len(pending) - len(failed)


def _letters(found: Iterable[DeadLetter]) -> Letters:
    stages: Counter[str] = Counter()
    retried, last = 0, None
    for letter in found:
        retried += letter.state == "retried"
        if letter.state == "open":
            stages[letter.stage] += 1
            last = letter if last is None or letter.failed > last.failed else last
    return Letters(
        open=dict(stages), retried=retried, last=last.failed if last else None, error=last.error if last else None
    )


def _of_feeds(feeds: Sequence[FeedStatus], now: datetime) -> dict[str, Any]:
    longest_due = min((max(feed.due, feed.added) for feed in feeds), default=now)
    return {
        "overdue": longest_due if now - longest_due > OVERDUE else None,
        "feeds": len(feeds),
        "read": sum(1 for feed in feeds if feed.fetched and now - feed.fetched <= timedelta(hours=1)),
        "failing": tuple(
            FailingFeed(url=feed.url, since=feed.failing_since, error=feed.error or "")
            for feed in feeds
            if feed.failing_since
        ),
    }
