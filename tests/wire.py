"""A wire on loopback between clients and a server, which can be cut, held up, or broken in the middle of an answer."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from infra.process import free_ports

CHUNK = 65536


class Wire:
    """Clients come to ``port`` and get to the port ``target`` of this machine, as long as the wire is not cut.

    ``delay`` is how many seconds everything that the server says is held up; of the next answers ``breaks`` break off
    after a few bytes. ``connections`` counts those that came, also where they were refused.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.target = 0
        self.delay = 0.0
        self.breaks = 0
        self.connections = 0
        self._cut = False
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def cut(self) -> None:
        """From now on nobody gets through; the connections that there are break."""
        with self._lock:
            self._cut = True
            sockets, self._open = self._open, set()
        for each in sockets:
            _close(each)

    def mend(self) -> None:
        """From now on everybody gets through again."""
        self._cut = False

    def join(self, client: socket.socket) -> None:
        """Connect ``client`` through to the server."""
        self.connections += 1
        server = None
        with suppress(OSError):
            if not self._cut:
                server = socket.create_connection(("127.0.0.1", self.target))
        if server is None:
            _close(client)
            return
        for each in (client, server):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._open |= {client, server}
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._carry, args=(source, sink, source is server), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                if answers and self.delay:
                    time.sleep(self.delay)
                if answers and self.breaks:
                    self.breaks -= 1
                    sink.sendall(data[:10])
                    break
                sink.sendall(data)
        for each in (source, sink):
            _close(each)
        with self._lock:
            self._open -= {source, sink}


@contextmanager
def wire() -> Iterator[Wire]:
    """A wire while the block runs; its ``target`` is to be set."""
    (port,) = free_ports(1)
    held = Wire(port)
    with socket.create_server(("127.0.0.1", port), backlog=64) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    held.join(listener.accept()[0])

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield held
        finally:
            held.cut()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _close(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
