"""Remembers what was read, so that a text is read once however often it is published.

A reading depends on the article's words, on the language that its feed says and on its day (a text's "on Tuesday" is
counted from it); all else in the enriched article is the article's own. It also depends on the models: the memory lives
as long as they do.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime

from msgspec.structs import replace

from schemas.ids import stable_id, statement_id
from schemas.records import Article, EnrichedArticle, Statement, decode, encode

MOST_BYTES = 64 * 2**20


def reading_key(article: Article) -> str:
    """The same for articles of which the same is read: equal to the letter in title and text, of one day."""
    day = (article.published or article.fetched).date().isoformat()
    return stable_id("reading", article.title or "", article.text or "", article.lang or "", day)


def as_reading_of(read: EnrichedArticle, article: Article, enriched: datetime) -> EnrichedArticle:
    """What was ``read`` of an article of the same key, as a reading of ``article`` done at ``enriched``."""
    if (read.id, read.version) == (article.id, article.version):
        return read
    own = {name: getattr(article, name) for name in Article.__struct_fields__ if name != "lang"}
    return replace(
        read, **own, enriched=enriched, statements=tuple(_statement_of(each, article) for each in read.statements)
    )


def _statement_of(statement: Statement, article: Article) -> Statement:
    evidence = (item.text for item in statement.evidence)
    return replace(
        statement,
        id=statement_id(article.id, evidence, statement.side, statement.target_sides, statement.kind),
        article=article.id,
        published=article.published,
        first_seen=article.first_seen,
        source=article.source,
        url=article.url,
        title=article.title,
        version=article.version,
    )


class Readings:
    """The last readings, by key, the least used forgotten first; ``most_bytes`` is what they may take together."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._bodies: OrderedDict[str, bytes] = OrderedDict()  # encoded: a tenth of what the objects take
        self._lock = threading.Lock()

    def get(self, key: str) -> EnrichedArticle | None:
        """The reading of ``key``, as it was put."""
        with self._lock:
            body = self._bodies.get(key)
            if body is None:
                return None
            self._bodies.move_to_end(key)
        return decode(body, EnrichedArticle)

    def put(self, key: str, read: EnrichedArticle) -> None:
        """Remember ``read``."""
        body = encode(read)
        with self._lock:
            self._bytes += len(body) - len(self._bodies.pop(key, b""))
            self._bodies[key] = body
            while self._bytes > self._most_bytes:
                _, forgotten = self._bodies.popitem(last=False)
                self._bytes -= len(forgotten)
