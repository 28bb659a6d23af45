"""The service that fetches all feeds on their schedule and appends what is new to the log."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random
from threading import Event
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from connectors.feeds.articles import digest, identify, learnt, names, select
from connectors.feeds.fetch import Answer, HostBusyError, fetch, new_session
from connectors.feeds.parse import parse
from connectors.feeds.publish import publish
from connectors.feeds.settings import FetchSettings
from connectors.feeds.state import FeedState, FeedStatus
from schemas.errors import FeedError, UnavailableError
from schemas.patience import Patience, Told
from schemas.protocols import Log
from schemas.records import Article

if TYPE_CHECKING:
    import aiohttp

P = ParamSpec("P")
T = TypeVar("T")
_logger = logging.getLogger(__name__)


class Fetcher:
    """Fetches the feeds of ``state`` and appends their articles to ``log``.

    An entry counts as seen only after the log has it. A feed that fails is asked ever more seldom, and never stops the
    others; a host that asks to be left alone is, for all its feeds.
    """

    def __init__(
        self,
        state: FeedState,
        log: Log,
        settings: FetchSettings,
        clock: Callable[[], datetime],
        random: Random,
        poll: float = 0.5,
        told: Told = lambda _: None,
    ) -> None:
        """``poll`` is how often, in seconds, to look for feeds that are due or were added by someone else; ``told``
        is called with what is away (see ``schemas.patience``)."""
        self._state = state
        self._log = log
        self._settings = settings
        self._clock = clock
        self._random = random
        self._poll = poll
        self._patience = Patience(Event(), clock, told)
        self._publishing = asyncio.Lock()

    async def run(self, stop: asyncio.Event, once: bool = False, progress: Callable[[], None] = lambda: None) -> None:
        """Fetch until ``stop`` is set; with ``once``, fetch every feed once, due or not, except those of held hosts.

        ``progress`` is called whenever the loop goes round.

        Raises:
            RedlineError: the state is broken, or cannot be read for long. (A log that does not answer is waited for.)
        """
        running: dict[asyncio.Task[None], FeedStatus] = {}
        started: set[str] = set()
        async with new_session(self._settings) as session:
            while not stop.is_set():
                progress()
                busy = started if once else {feed.url for feed in running.values()}
                waiting = [feed for feed in self._candidates(once) if feed.url not in busy]
                for feed in self._startable(waiting, Counter(feed.host for feed in running.values())):
                    running[asyncio.create_task(self._fetch(session, feed))] = feed
                    started.add(feed.url)
                if once and not running and not waiting:
                    return
                await _first_of(stop, running, self._poll)
                for task in [task for task in running if task.done()]:
                    del running[task]
                    task.result()  # raises only where the state itself is broken
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _candidates(self, once: bool) -> list[FeedStatus]:
        return [feed for feed in self._state.feeds() if feed.held is None] if once else self._state.due()

    def _startable(self, waiting: list[FeedStatus], by_host: Counter[str]) -> list[FeedStatus]:
        """Those of ``waiting`` that fit the limits; ``by_host`` counts the fetches that are running."""
        chosen = []
        for feed in waiting:
            if by_host.total() >= self._settings.concurrency:
                break
            if by_host[feed.host] < self._settings.per_host:
                by_host[feed.host] += 1
                chosen.append(feed)
        return chosen

    async def _fetch(self, session: aiohttp.ClientSession, feed: FeedStatus) -> None:
        """Fetch one feed and note how it went; nothing that is wrong with it leaves this function."""
        now = self._clock()
        try:
            validators = await self._patiently(self._state.validators, feed.url)
            answer = await fetch(session, feed.url, validators, self._settings, now)
            _logger.debug("feed asked", extra={"feed": feed.url, "outcome": "new" if answer else "unchanged"})
            if answer is None:
                await self._patiently(self._state.unchanged, feed.url, self._due(now, failures=0))
            else:
                await self._publish(feed, answer, now)
        except HostBusyError as error:
            if error.until:
                await self._patiently(self._state.hold, error.host, error.until, str(error))
            await self._fail(feed, str(error), error.until)
        except FeedError as error:
            await self._fail(feed, str(error))
        except Exception as error:
            _logger.exception("feed failed by a fault of ours", extra={"feed": feed.url})
            await self._fail(feed, f"a fault of ours, see the log: {type(error).__name__}: {error}")

    async def _publish(self, feed: FeedStatus, answer: Answer, now: datetime) -> None:
        document = await asyncio.to_thread(parse, answer.body, answer.url, answer.charset)
        all_names = {name for entry in document.entries for name in names(entry) if name}
        known = await self._patiently(self._state.ids, feed.url, all_names)
        found = identify(feed.url, document.entries, known)
        # Two feeds may give the same article: what one publishes, the other must see.
        async with self._publishing:
            memory = await self._patiently(self._state.recall, feed.url, [one.id for one in found])
            articles = select(feed.url, document, found, memory, now, feed.title)
            published = await self._patiently(publish, self._log, articles, now)
            await self._patiently(
                self._state.read,
                feed.url,
                answer.validators,
                self._due(now, failures=0),
                ids=learnt(found, known),
                digests={one.id: digest(one.entry) for one in found},
                articles=articles,
            )
        for article in published:
            _logger.debug("published", extra={"article": article.id, "feed": feed.url, "late_s": _lateness(article)})
        if articles:
            _logger.info("fetched", extra={"feed": feed.url, "articles": len(articles)})

    async def _fail(self, feed: FeedStatus, error: str, due: datetime | None = None) -> None:
        _logger.debug("feed asked", extra={"feed": feed.url, "outcome": "failed"})
        if feed.error != error:
            _logger.warning("feed failed", extra={"feed": feed.url, "error": error})
        due = due or self._due(self._clock(), feed.failures + 1)
        await self._patiently(self._state.failed, feed.url, error, due)

    def _due(self, now: datetime, failures: int) -> datetime:
        """When to ask next: after the interval, doubled with each failure, a tenth more or less."""
        settings = self._settings
        longest = max(settings.interval, settings.longest_interval)
        wait = min(settings.interval * 2 ** min(failures, 30), longest)
        return now + timedelta(seconds=wait * self._random.uniform(0.9, 1.1))

    async def _patiently(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """``call`` in a thread of its own, again and again while the log or the state does not answer."""
        tries = self._patience.tries()
        while True:
            try:
                result = await asyncio.to_thread(call, *args, **kwargs)
            except UnavailableError as error:
                await asyncio.sleep(tries.failed(error))
            else:
                tries.answered()
                return result


def _lateness(article: Article) -> float | None:
    """How many seconds after its publication ``article`` was seen; None where that tells nothing of this service."""
    if article.published is None or article.backlog or article.fetched > article.first_seen:
        return None
    return (article.fetched - article.published).total_seconds()


async def _first_of(stop: asyncio.Event, running: Iterable[asyncio.Task[None]], timeout: float) -> None:
    """Wait until one of ``running`` is done or ``stop`` is set, at most ``timeout`` seconds."""
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({stopped, *running}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
