from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from aiohttp import web

from connectors.feeds.fetch import Answer, HostBusyError, Validators, fetch, new_session, retry_after
from connectors.feeds.settings import FetchSettings
from schemas.errors import FeedError
from tests.connectors.feeds.site import START, Clock, Handler, Site, item, rss

FEED = rss(item(1))
SETTINGS = FetchSettings(timeout=0.5, max_bytes=100_000, max_redirects=3)


def get(
    page: Handler | web.Response | bytes, known: Validators | None = None, settings: FetchSettings = SETTINGS
) -> Answer | None:
    async def go(site: Site) -> Answer | None:
        async with new_session(settings) as session:
            return await fetch(session, f"{site.url}/x", known or Validators(), settings, START)

    return with_site(page, go)


def with_site(page: Handler | web.Response | bytes, use: Callable[[Site], Awaitable[Answer | None]]) -> Answer | None:
    async def run() -> Answer | None:
        async with Site(Clock()).serve() as site:
            site.pages["/x"] = page
            return await use(site)

    return asyncio.run(run())


def test_an_answer_has_body_address_and_validators() -> None:
    page = web.Response(
        body=FEED, headers={"ETag": '"1"', "Last-Modified": "Tue", "Content-Type": "text/xml; charset=koi8-r"}
    )
    answer = get(page)
    assert answer is not None
    assert (answer.body, answer.charset) == (FEED, "koi8-r")
    assert answer.url.endswith("/x")
    assert (answer.validators.etag, answer.validators.last_modified) == ('"1"', "Tue")


def test_an_unchanged_feed_is_none() -> None:
    async def conditional(request: web.BaseRequest) -> web.Response:
        unchanged = request.headers.get("If-None-Match") == '"1"' and request.headers["If-Modified-Since"] == "Tue"
        return web.Response(status=304) if unchanged else web.Response(body=FEED)

    assert get(conditional, Validators('"1"', "Tue")) is None
    assert get(conditional, Validators('"0"', "Tue")) is not None


def test_a_server_without_validators_is_compared_by_its_bytes() -> None:
    async def twice(site: Site) -> Answer | None:
        async with new_session(SETTINGS) as session:
            first = await fetch(session, f"{site.url}/x", Validators(), SETTINGS, START)
            assert first is not None
            return await fetch(session, f"{site.url}/x", first.validators, SETTINGS, START)

    assert with_site(FEED, twice) is None


async def redirect_once(request: web.BaseRequest) -> web.Response:
    if request.query.get("again"):
        return web.Response(body=FEED)
    return web.Response(status=302, headers={"Location": "/x?again=1"})


async def loop(_request: web.BaseRequest) -> web.Response:
    return web.Response(status=301, headers={"Location": "/x"})


async def never_ends(request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(100):
        await response.write(b"<item>")
        await asyncio.sleep(0.05)
    return response


async def endless(request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(10_000):
        await response.write(b"<item>" * 1000)
    return response


async def silent(_request: web.BaseRequest) -> web.StreamResponse:
    await asyncio.sleep(1)
    return web.Response()


async def broken_off(request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"<rss>")
    assert request.transport is not None
    request.transport.close()
    return response


def encoded(body: bytes, encoding: str) -> web.Response:
    return web.Response(body=body, headers={"Content-Encoding": encoding})


def test_redirects_are_followed_to_the_address_reached() -> None:
    answer = get(redirect_once)
    assert answer is not None
    assert answer.url.endswith("/x?again=1")


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (loop, "more than 3 redirects"),
        (never_ends, "within 0.5 s"),
        (silent, "within 0.5 s"),
        (endless, "larger than 100,000 bytes"),
        (FEED * 1000, "larger than 100,000 bytes"),
        (encoded(gzip.compress(bytes(50_000_000)), "gzip"), "larger than 100,000 bytes"),
        (encoded(zlib.compress(bytes(50_000_000)), "deflate"), "larger than 100,000 bytes"),
        (encoded(b"no gzip at all", "gzip"), "no answer"),
        (broken_off, "no answer"),
        (web.Response(status=404), "404 Not Found"),
        (web.Response(status=500), "500"),
        (web.Response(status=302, headers={"Location": "gopher://x"}), "no answer"),
        (web.Response(status=302, headers={"Location": "http://[::1"}), "no answer"),
    ],
)
def test_a_fault_is_one_clear_line(page: Handler | web.Response | bytes, why: str) -> None:
    with pytest.raises(FeedError) as caught:
        get(page)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://no.such.host.invalid/", "http://a b/", "http://[::1"])
def test_an_address_without_a_server_is_a_feed_error(url: str) -> None:
    async def ask() -> None:
        async with new_session(SETTINGS) as session:
            await fetch(session, url, Validators(), SETTINGS, START)

    with pytest.raises(FeedError):
        asyncio.run(ask())


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_host_says_until_when(status: int) -> None:
    with pytest.raises(HostBusyError) as caught:
        get(web.Response(status=status, headers={"Retry-After": "90"}))
    assert caught.value.until == START + timedelta(seconds=90)
    assert caught.value.host.startswith("127.0.0.1:")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("90", 90),
        ("Tue, 24 Nov 2026 12:01:30 GMT", 90),
        ("Tue, 24 Nov 2026 12:01:30", 90),
        ("999999999", 86400),
        ("9" * 400, 86400),
        ("Tue, 24 Nov 2080 12:01:30 GMT", 86400),
        ("0", None),
        ("-5", None),
        ("Tue, 24 Nov 2026 11:00:00 GMT", None),
        ("soon", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, seconds: int | None) -> None:
    assert retry_after(value, START) == (None if seconds is None else START + timedelta(seconds=seconds))
