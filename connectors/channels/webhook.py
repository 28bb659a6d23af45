"""Delivers alerts by HTTP POST: the notice as JSON, with the alert's id as idempotency key."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import msgspec

from connectors.channels.notice import Notice
from schemas.errors import ChannelError


class Webhook:
    """Posts each notice to one address; any answer of 2xx means that the receiver has it.

    Redirects are not followed: a receiver that moved is a setting to be changed. A connection is made for each
    notice, since alerts are rare.
    """

    def __init__(self, name: str, url: str, timeout: float) -> None:
        """``timeout`` is in seconds, for the whole of one delivery."""
        self.name = name
        self._url = url
        self._timeout = timeout

    def send(self, notice: Notice) -> None:
        """Post ``notice``; raises ChannelError where the receiver does not take it in time."""
        import aiohttp

        try:
            status, reason = asyncio.run(self._post(msgspec.json.encode(notice), notice.alert.id))
        except TimeoutError as error:
            raise self._error(f"no answer within {self._timeout:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._error(str(error) or type(error).__name__) from error
        if not 200 <= status < 300:
            raise self._error(f"it answered {status} {reason}".rstrip())

    async def _post(self, body: bytes, key: str) -> tuple[int, str]:
        import aiohttp

        headers = {"Content-Type": "application/json", "Idempotency-Key": key, "User-Agent": "redline"}
        limit = aiohttp.ClientTimeout(total=self._timeout)
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status, answer.reason or ""

    def _error(self, what: str) -> ChannelError:
        # The path of a webhook is often its secret: only the host is shown.
        return ChannelError(f"webhook {self.name} ({urlsplit(self._url).hostname}): {what}")
