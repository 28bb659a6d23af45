"""The settings of notification (section ``[notify]``)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Address = Annotated[str, Meta(pattern=r"^https?://[^/]", description="an http:// or https:// address")]


class NotifySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which receivers there are besides the terminal.

    ``webhooks`` maps a name, which watches use in ``deliver``, to the address that is posted to; ``timeout`` is how
    many seconds a receiver may take in all.
    """

    webhooks: dict[str, Address] = {}
    timeout: Annotated[float, Meta(gt=0)] = 10.0

    def __post_init__(self) -> None:
        if "terminal" in self.webhooks:
            raise ValueError("a webhook cannot be named terminal, which is always there; choose another name")
