"""Kafka and Elasticsearch for the demo, on this machine and in the demo's own folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from schemas.errors import RedlineError

FOLDER = "servers"
"""The folder of the servers' data within the demo's."""


@contextmanager
def running_servers(folder: Path) -> Iterator[str]:
    """Kafka and Elasticsearch with their data in ``folder``, running while the block does; gives their settings (TOML).

    Raises:
        RedlineError: a server cannot be started, or a tool for it is missing; the message says which.
    """
    from infra.errors import ServerError
    from infra.servers import KINDS

    try:
        with ExitStack() as running:
            settings = []
            for name, kind in KINDS.items():
                server = running.enter_context(kind.start(folder / name, port=kind.port))
                settings.append(kind.settings.format(port=server.port))
            yield "\n" + "\n\n".join(settings) + "\n"
    except ServerError as error:
        raise RedlineError(f"the demo's servers cannot be started: {error}") from error
