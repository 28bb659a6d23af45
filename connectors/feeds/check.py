"""What one feed would give, without storing anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from connectors.feeds.articles import Memory, identify, select
from connectors.feeds.fetch import Answer, Validators, fetch, new_session
from connectors.feeds.parse import parse
from connectors.feeds.settings import FetchSettings
from schemas.errors import FeedError
from schemas.records import Article


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """A feed's title, the address that it was finally read from, and its articles, as a first fetch gives them."""

    url: str
    title: str | None
    articles: tuple[Article, ...]


def check(source: str, clock: Callable[[], datetime], settings: FetchSettings | None = None) -> CheckResult:
    """Read the feed at ``source``: an http(s) address or a file.

    Raises:
        FeedError: it cannot be fetched or is no feed; one line says why.
    """
    now = clock()
    if source.startswith(("http://", "https://")):
        feed = source
        answer = asyncio.run(_fetch(source, settings or FetchSettings(), now))
    else:
        path = Path(source)
        feed = path.absolute().as_uri()
        answer = Answer(url=feed, body=_file(path), validators=Validators())
    document = parse(answer.body, answer.url, answer.charset)
    found = identify(feed, document.entries, {})
    articles = select(feed, document, found, Memory(first=True), now)
    return CheckResult(url=answer.url, title=document.title, articles=tuple(articles))


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FeedError(f"{path} cannot be read: {error.strerror}") from error


async def _fetch(url: str, settings: FetchSettings, now: datetime) -> Answer:
    async with new_session(settings) as session:
        answer = await fetch(session, url, Validators(), settings, now)
    if answer is None:
        raise FeedError("the server answered 304 Not Modified, though nothing was known of the feed")
    return answer
