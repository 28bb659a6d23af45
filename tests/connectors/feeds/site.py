"""A web site on loopback for the tests of feeds, and a clock that they set."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiohttp import web

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self._now = START

    def __call__(self) -> datetime:
        return self._now

    def move(self, delta: timedelta) -> None:
        self._now += delta


class Site:
    """Answers each path with what ``pages`` has for it, and notes the requests."""

    def __init__(self, clock: Clock) -> None:
        self.pages: dict[str, Handler | web.Response | bytes] = {}
        self.requests: list[tuple[datetime, web.BaseRequest]] = []
        self.url = ""
        self._clock = clock

    @property
    def paths(self) -> list[str]:
        return [request.path for _, request in self.requests]

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[Site]:
        server = web.Server(self._answer)
        runner = web.ServerRunner(server)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append((self._clock(), request))
        page = self.pages.get(request.path)
        if page is None:
            return web.Response(status=404)
        if isinstance(page, bytes):
            return web.Response(body=page, content_type="application/rss+xml")
        if isinstance(page, web.Response):
            return web.Response(body=page.body, status=page.status, headers=page.headers)
        return await page(request)


def rss(*items: str, title: str = "Gulf Wire") -> bytes:
    """An RSS 2.0 feed of ``items`` (the insides of the item elements)."""
    body = "\n".join(f"<item>{item}</item>" for item in items)
    head = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{title}</title>'
    return f"{head}{body}</channel></rss>".encode()


def item(number: int, *, text: str = "The strait stays open.", date: datetime | None = START) -> str:
    """The inside of an item with address, guid, title, text and date."""
    when = f"<pubDate>{date:%a, %d %b %Y %H:%M:%S} +0000</pubDate>" if date else ""
    return (
        f"<title>Note {number}</title><link>https://wire.example/{number}</link>"
        f"<guid>https://wire.example/{number}</guid>"
        f"<description>{text}</description>{when}"
    )
