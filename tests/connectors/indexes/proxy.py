"""A proxy on loopback before Elasticsearch that spoils the answers to requests, each in the way it is told."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """What the client gets; status 0 means that the connection is closed without any answer."""

    status: int
    body: bytes


Forward = Callable[[bytes], Answer]
"""Hands a request's body to the server."""

Fault = Callable[[bytes, Forward], Answer]
"""What happens to one request instead of being forwarded."""

_PASSED = ("content-type", "accept")


def refuse(count: int, kind: str = "es_rejected_execution_exception", status: int = 429) -> Fault:
    """The first ``count`` items are refused within an answer of 200, and never reach the server."""

    def fault(body: bytes, forward: Forward) -> Answer:
        pairs = _pairs(body)
        refused = [_refused(command, kind, status) for command, _ in pairs[:count]]
        rest = pairs[count:]
        items = json.loads(forward(_joined(rest)).body)["items"] if rest else []
        return Answer(200, json.dumps({"took": 1, "errors": True, "items": refused + items}).encode())

    return fault


def refuse_all(status: int, kind: str = "es_rejected_execution_exception") -> Fault:
    """The whole request is refused."""
    body = json.dumps({"error": {"type": kind, "reason": "told to"}, "status": status}).encode()
    return lambda _, __: Answer(status, body)


def refuse_larger_than(most: int, status: int) -> Fault:
    """The whole request is refused if it has more than ``most`` items."""

    def fault(body: bytes, forward: Forward) -> Answer:
        return refuse_all(status)(body, forward) if len(_pairs(body)) > most else forward(body)

    return fault


def lose(body: bytes, forward: Forward) -> Answer:
    """The server does all of it, and its answer is lost."""
    forward(body)
    return Answer(0, b"")


class Proxy:
    """Forwards what comes to ``url``; the next requests with one of ``spoilt`` in their path meet ``faults``, one each,
    then ``always``.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        self._lock = threading.Lock()
        self.url = ""
        self.faults: list[Fault] = []
        self.always: Fault | None = None
        self.spoilt: tuple[str, ...] = ("/_bulk",)
        self.items: list[int] = []
        """How many items each bulk request had."""

    def answer(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[Answer, dict[str, str]]:
        """What the client gets for a request, and the headers with it."""
        got = {"Content-Type": "application/json", "X-Elastic-Product": "Elasticsearch"}

        def forward(content: bytes) -> Answer:
            request = urllib.request.Request(self._target + path, content or None, headers, method=method)
            try:
                with urllib.request.urlopen(request) as response:
                    got.update(response.headers)
                    return Answer(response.status, response.read())
            except urllib.error.HTTPError as error:
                got.update(error.headers)
                return Answer(error.code, error.read())

        if not any(part in path for part in self.spoilt):
            return forward(body), got
        with self._lock:
            if "/_bulk" in path:
                self.items.append(len(_pairs(body)))
            fault = self.faults.pop(0) if self.faults else self.always
        return (forward(body) if fault is None else fault(body, forward)), got


@contextmanager
def proxy_before(target: str) -> Iterator[Proxy]:
    """A proxy before the server ``target``, until the end of the block."""
    proxy = Proxy(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            passed = {name: value for name, value in self.headers.items() if name.lower() in _PASSED}
            answer, headers = proxy.answer(self.command, self.path, body, passed)
            if answer.status == 0:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name in ("Content-Type", "X-Elastic-Product"):
                self.send_header(name, headers[name])
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = handle_any  # noqa: N815
        do_POST = handle_any  # noqa: N815
        do_PUT = handle_any  # noqa: N815
        do_DELETE = handle_any  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _pairs(body: bytes) -> list[tuple[dict[str, Any], list[bytes]]]:
    """Each item's command, and its lines."""
    lines = iter(body.splitlines())
    pairs = []
    for line in lines:
        command = json.loads(line)
        pairs.append((command, [line] if "delete" in command else [line, next(lines)]))
    return pairs


def _joined(pairs: list[tuple[dict[str, Any], list[bytes]]]) -> bytes:
    return b"".join(line + b"\n" for _, lines in pairs for line in lines)


def _refused(command: dict[str, Any], kind: str, status: int) -> dict[str, Any]:
    ((operation, target),) = command.items()
    error = {"type": kind, "reason": "told to"}
    return {operation: {"_index": "any", "_id": target["_id"], "status": status, "error": error}}
