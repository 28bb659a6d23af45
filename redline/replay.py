"""Replay: has articles that are stored read again by the models and rules of now, and tells how far that is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import cast

import msgspec

from redline.lag import lag
from redline.queries import found
from schemas.protocols import Index, Log, Message
from schemas.query.parse import parse
from schemas.records import Article, EnrichedArticle, Mark, Replay, encode

TOPIC = "replay"
MARK = "replay"
"""The record in index ``marks`` that tells when the last replay was asked for, and how many articles waited then."""

_AT_ONCE = 200


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How many articles wait to be read again, and for how many seconds more (None: that cannot be told yet)."""

    waiting: int
    seconds: float | None = None


def ask(log: Log, index: Index, since: str, until: str, watch: str | None, now: datetime) -> int:
    """Append what was first seen between ``since`` and ``until`` to the topic; returns how many articles.

    Both are times of the query language. The last version of each goes, the oldest article first, so that claims open
    in their order. ``watch`` is the id of the only watch that they are to be matched against.

    Raises:
        QueryError: nothing can lie between the two.
    """
    index.refresh("articles")
    oldest_first = list(_ids(index, since, until))[::-1]
    for start in range(0, len(oldest_first), _AT_ONCE):
        ids = oldest_first[start : start + _AT_ONCE]
        stored = index.get("articles", ids)
        there = [cast(EnrichedArticle, stored[id_].record) for id_ in ids if id_ in stored]
        log.append(TOPIC, [_message(article, watch) for article in there])
    waiting = lag(log, TOPIC)
    index.upsert("marks", [Mark(id=MARK, data={"asked": now.isoformat(), "waiting": waiting})])
    return len(oldest_first)


def progress(log: Log, index: Index, now: datetime) -> Progress:
    """What waits at ``now``. The time it takes is reckoned from what was done since the last replay was asked for."""
    waiting = lag(log, TOPIC)
    mark = index.get("marks", [MARK]).get(MARK)
    if not waiting or mark is None:
        return Progress(waiting=waiting)
    data = cast(Mark, mark.record).data
    done = data["waiting"] - waiting
    spent = (now - datetime.fromisoformat(data["asked"])).total_seconds()
    return Progress(waiting=waiting, seconds=waiting * spent / done if done > 0 else None)


def _ids(index: Index, since: str, until: str) -> Iterator[str]:
    """The ids of the articles first seen between the two, the newest first."""
    query = parse(f"first_seen:[{since} TO {until}]", "articles")
    for records in found(index, query, _AT_ONCE):
        yield from (record.id for record in records)


def _message(stored: EnrichedArticle, watch: str | None) -> Message:
    article = Article(**{name: getattr(stored, name) for name in Article.__struct_fields__})
    return Message(article.id, encode(Replay(id=article.id, article=article, watch=watch)))
