"""The outlets' feeds on loopback: each shows what was published so far, the newest first."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from redline.demo.feeds import Entry, rss
from redline.demo.samples import Outlet
from schemas.times import utc_now
from tests.faults.samples import OUTLETS, Sample


class Publisher:
    """Shows the articles that it is given; any thread may ask for a feed meanwhile."""

    def __init__(self) -> None:
        self._entries: dict[str, list[Entry]] = {name: [] for name in OUTLETS}
        self._lock = threading.Lock()
        self.port = 0

    def publish(self, samples: Sequence[Sample]) -> None:
        """Put ``samples`` on top of their feeds, all at once."""
        now = utc_now().replace(microsecond=0)
        with self._lock:
            for sample in samples:
                html = "".join(f"<p>{paragraph}</p>" for paragraph in sample.paragraphs)
                self._entries[sample.outlet].insert(0, Entry(sample.url, sample.title, html, now, now, None, ()))

    def feeds(self) -> dict[str, str]:
        """The address of each outlet's feed."""
        return {name: f"http://127.0.0.1:{self.port}/{name}" for name in OUTLETS}

    def page(self, name: str) -> bytes | None:
        """The feed of outlet ``name`` as it is now; None where there is no such outlet."""
        with self._lock:
            entries = self._entries.get(name)
            outlet = Outlet(name=name.title(), slug=name, format="rss", lang="en", domain=f"https://{name}.example")
            return None if entries is None else rss(outlet, entries)


@contextmanager
def publishing() -> Iterator[Publisher]:
    """A publisher that serves while the block runs."""
    publisher = Publisher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = publisher.page(self.path.strip("/"))
            if body is None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            with suppress(ConnectionError):  # who asked was killed
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    publisher.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield publisher
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
