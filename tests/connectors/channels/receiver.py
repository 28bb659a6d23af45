"""A webhook's receiver on loopback that answers as told and keeps what it gets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """``answer`` gives the status for a request's idempotency key; ``got`` holds (key, body) as they came."""

    answer: Callable[[str], int]
    got: list[tuple[str, bytes]] = field(default_factory=list)
    url: str = ""

    @property
    def keys(self) -> list[str]:
        return [key for key, _ in self.got]


@contextmanager
def receiver(answer: Callable[[str], int] = lambda _: 204) -> Iterator[Receiver]:
    """A receiver that runs while the block does."""
    kept = Receiver(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            key = self.headers["Idempotency-Key"]
            kept.got.append((key, body))
            status = kept.answer(key)
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/hook/secret?to=desk"
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
