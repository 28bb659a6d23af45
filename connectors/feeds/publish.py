"""Appending articles to the log: one that is larger than the log takes is cut, or set aside as a dead letter."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

import msgspec

from schemas.errors import TooLargeError
from schemas.protocols import Log, Message
from schemas.records import Article, DeadLetter, encode

TOPIC = "articles"
DEAD_LETTERS = "dead-letters"
NOWHERE = -1
"""The partition and offset of a record that the log did not take."""
_MARK = len(b',"truncated":true')
_logger = logging.getLogger(__name__)


def publish(log: Log, articles: Sequence[Article], now: datetime) -> list[Article]:
    """Append ``articles`` to ``log``, each of an id of its own; returns those that the log has.

    Of an article that is too large tags and authors are left out, as few as it takes, and it is marked ``truncated``.
    One that is too large without them becomes a dead letter.
    """
    fitting = {article.id: article for article in articles}
    letters: dict[str, DeadLetter] = {}
    while True:
        try:
            log.append(TOPIC, [Message(id_, encode(article)) for id_, article in fitting.items()])
        except TooLargeError as error:
            article = fitting[error.key]
            if article.tags or article.authors:
                fitting[error.key] = cut(article, error.size - error.limit)
                _logger.warning("article cut", extra={"article": article.id, "feed": article.feed, "error": str(error)})
            else:
                letters[article.id] = _letter(fitting.pop(error.key), error, now)
        else:
            break
    if letters:
        log.append(DEAD_LETTERS, [Message(letter.id, encode(letter)) for letter in letters.values()])
    for article_id, letter in letters.items():
        about = {"id": letter.id, "stage": letter.stage, "article": article_id}
        _logger.error("dead letter", extra={**about, "error": letter.error})
    return list(fitting.values())


def cut(article: Article, excess: int) -> Article:
    """``article`` without so many of its last tags and authors that it has ``excess`` bytes less, or without any."""
    excess += 0 if article.truncated else _MARK
    kept = {"tags": list(article.tags), "authors": list(article.authors)}
    for names in kept.values():
        while names and excess > 0:
            excess -= len(msgspec.json.encode(names.pop())) + len(b",")
    return msgspec.structs.replace(article, tags=tuple(kept["tags"]), authors=tuple(kept["authors"]), truncated=True)


def _letter(article: Article, error: TooLargeError, now: datetime) -> DeadLetter:
    return DeadLetter(
        id=f"{TOPIC}/{article.id}/{article.version}",
        record=encode(article),
        topic=TOPIC,
        partition=NOWHERE,
        offset=NOWHERE,
        stage="fetch",
        error=f"article {article.id} of {article.feed}: {error}; raise the limit of the topic (max.message.bytes)",
        failed=now,
    )
