"""Serves the sample outlets' feeds on loopback, as if their articles were being published now."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from redline.demo.feeds import WRITERS, Entry
from redline.demo.samples import Outlet, Sample, Samples

OLD = timedelta(hours=36)
"""How long ago those articles were published that are there from the beginning."""


class FeedServer:
    """One feed for each outlet, at ``/<slug>``; it serves while its block runs.

    Until ``begin`` a feed holds only what is there from the beginning. From then on an article appears at its second
    divided by ``pace``, dated with that very moment.
    """

    def __init__(self, samples: Samples, clock: Callable[[], datetime], pace: float = 1.0) -> None:
        self._samples = samples
        self._clock = clock
        self._pace = pace
        self._opened = clock()
        self._began: datetime | None = None
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, name="demo feeds", daemon=True)

    def __enter__(self) -> FeedServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def begin(self) -> None:
        """Let the articles appear from the next whole second on: RSS dates know no fractions."""
        self._began = self._clock().replace(microsecond=0) + timedelta(seconds=1)

    def address(self, outlet: Outlet) -> str:
        """The URL of the feed of ``outlet``."""
        return f"http://127.0.0.1:{self._http.server_port}/{outlet.slug}"

    def entries(self, outlet: Outlet) -> list[Entry]:
        """What the feed of ``outlet`` shows now, newest first; a correction replaces what it corrects."""
        now = self._clock()
        shown: dict[str, Entry] = {}
        for sample in self._samples.articles:
            time = self._time(sample)
            if sample.outlet == outlet.slug and time is not None and time <= now:
                url = self._samples.url(sample)
                published = shown[url].published if url in shown else time
                shown[url] = Entry(url, sample.title, sample.html, published, time, sample.author, sample.tags)
        return sorted(shown.values(), key=lambda entry: entry.updated, reverse=True)

    def _time(self, sample: Sample) -> datetime | None:
        if sample.at == 0:
            return self._opened.replace(microsecond=0) - OLD
        return self._began + timedelta(seconds=sample.at / self._pace) if self._began else None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        """The request handler of this server: the standard library wants a class."""
        server = self
        outlets = {f"/{outlet.slug}": outlet for outlet in self._samples.outlets}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outlet = outlets.get(self.path)
                if outlet is None:
                    self.send_error(HTTPStatus.NOT_FOUND)
                    return
                media_type, write = WRITERS[outlet.format]
                body = write(outlet, server.entries(outlet))
                tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
                unchanged = self.headers.get("If-None-Match") == tag
                self.send_response(HTTPStatus.NOT_MODIFIED if unchanged else HTTPStatus.OK)
                self.send_header("ETag", tag)
                if unchanged:
                    self.end_headers()
                    return
                self.send_header("Content-Type", f"{media_type}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: the demo's view has the terminal."""

        return Handler
