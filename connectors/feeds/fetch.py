"""One GET of one feed: conditional, bounded in time, size and redirects."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import msgspec

from connectors.feeds.addresses import host_of
from connectors.feeds.settings import FetchSettings
from schemas.errors import FeedError

if TYPE_CHECKING:
    import aiohttp

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
LONGEST_WAIT = timedelta(days=1)
"""No "come back later" holds a host longer than this."""


class Validators(msgspec.Struct, frozen=True, omit_defaults=True):
    """What tells whether a feed has changed: two of the server's, and the hash of the body for those without."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A feed's bytes. ``url`` is the address finally reached, ``charset`` what HTTP said of the encoding."""

    url: str
    body: bytes
    validators: Validators
    charset: str | None = None


class HostBusyError(FeedError):
    """``host`` asked to be left alone (429, 503) until ``until``; None where it did not say when to come back."""

    def __init__(self, message: str, host: str, until: datetime | None) -> None:
        super().__init__(message)
        self.host = host
        self.until = until


async def fetch(
    session: aiohttp.ClientSession, url: str, known: Validators, settings: FetchSettings, now: datetime
) -> Answer | None:
    """GET ``url``; None where it has not changed since ``known``.

    Raises:
        HostBusyError: the host answered 429 or 503.
        FeedError: no answer in time, too large, too many redirects, or a status other than 200 and 304.
    """
    import aiohttp

    try:
        async with session.get(url, headers=_conditions(known), max_redirects=settings.max_redirects) as response:
            if response.status == 304:
                return None
            if response.status in (429, 503):
                until = retry_after(response.headers.get("Retry-After"), now)
                message = f"the server answered {response.status} {response.reason}"
                raise HostBusyError(message, host_of(str(response.url)), until)
            if response.status != 200:
                raise FeedError(f"the server answered {response.status} {response.reason}")
            body = await _body(response, settings.max_bytes)
    except aiohttp.TooManyRedirects as error:
        raise FeedError(f"more than {settings.max_redirects} redirects") from error
    except TimeoutError as error:
        raise FeedError(f"no complete answer within {settings.timeout:g} s") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: an address that cannot be asked
        raise FeedError(f"no answer: {_one_line(error)}") from error
    reached = str(response.url)
    # Relative addresses depend on the address reached, so it belongs to what must not have changed.
    body_hash = hashlib.blake2b(reached.encode() + b"\n" + body, digest_size=16).hexdigest()
    if body_hash == known.body_hash:
        return None
    validators = Validators(response.headers.get("ETag"), response.headers.get("Last-Modified"), body_hash)
    return Answer(url=reached, body=body, validators=validators, charset=response.charset)


def new_session(settings: FetchSettings) -> aiohttp.ClientSession:
    """A session that keeps no cookies and holds to the limits of ``settings``; make it in a running event loop."""
    import aiohttp

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=settings.concurrency, limit_per_host=settings.per_host),
        timeout=aiohttp.ClientTimeout(total=settings.timeout),
        headers={"User-Agent": settings.user_agent, "Accept": ACCEPT},
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """The time that a ``Retry-After`` header names, in seconds or as a date, at most a day ahead.

    None where it is absent, cannot be read or is not in the future: then the usual back-off applies.
    """
    if not value:
        return None
    value = value.strip()
    try:
        until = (
            now + timedelta(seconds=int(value)) if value.isascii() and value.isdigit() else parsedate_to_datetime(value)
        )
        until = until if until.tzinfo else until.replace(tzinfo=UTC)  # HTTP dates are in GMT
    except OverflowError:
        until = now + LONGEST_WAIT
    except ValueError:
        return None
    return min(until, now + LONGEST_WAIT) if until > now else None


def _conditions(known: Validators) -> dict[str, str]:
    headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in headers.items() if value}


async def _body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The decompressed body, read piece by piece so that neither a bomb nor an endless answer fills the memory."""
    pieces, size = [], 0
    async for piece in response.content.iter_chunked(1 << 16):
        size += len(piece)
        if size > limit:
            raise FeedError(f"larger than {limit:,} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
