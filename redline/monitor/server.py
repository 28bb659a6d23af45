"""The address at which all is shown: ``/metrics``, ``/healthz`` and ``/readyz``."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from schemas.errors import RedlineError

TEXT = "text/plain; version=0.0.4; charset=utf-8"
JSON = "application/json"
_log = logging.getLogger(__name__)


class AddressError(RedlineError):
    """The address cannot be listened at."""


class Answer(NamedTuple):
    """What a page answers: an HTTP status, the type of the body, and the body."""

    status: int
    kind: str
    body: bytes


@contextmanager
def serving(host: str, port: int, pages: Mapping[str, Callable[[], Answer]]) -> Iterator[int]:
    """Serve ``pages`` (by path) while the block runs; gives the port, which is a free one where ``port`` is 0.

    Raises:
        AddressError: the address is taken, or is none of this machine's.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            page = pages.get(self.path.partition("?")[0])
            answer = page() if page else Answer(404, TEXT, f"there are {', '.join(pages)}\n".encode())
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Say nothing of each request."""

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        daemon_threads = True

    try:
        server = Server((host, port), Handler)
    except OSError as error:
        message = f"nothing can be served at {host}:{port}: {error.strerror or error}; choose another monitor.address"
        raise AddressError(message) from error
    with server:
        threading.Thread(target=server.serve_forever, name="monitor", daemon=True).start()
        _log.info("listening", extra={"host": host, "port": server.server_port})
        try:
            yield server.server_port
        finally:
            server.shutdown()
