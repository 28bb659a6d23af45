"""The settings of what is seen from outside."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Level = Literal["debug", "info", "warning", "error"]


class MonitorSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What Redline shows of itself.

    address: ``HOST:PORT`` at which the command that was started serves ``/metrics``, ``/healthz`` and ``/readyz``
    (None: nothing is served and nothing counted). log_level: the least of what is logged; with ``debug`` each article
    can be followed by its id.
    """

    address: Annotated[str, Meta(pattern=r"^.+:\d{1,5}$")] | None = None
    log_level: Level = "info"

    def host_and_port(self) -> tuple[str, int]:
        """Where to serve; ask only where there is an address."""
        host, _, port = (self.address or "").rpartition(":")
        return host.strip("[]"), int(port)
