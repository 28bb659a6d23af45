"""The settings of notification (section ``[notify]``)."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

Address = Annotated[str, Meta(pattern=r"^https?://[^/]", description="an http:// or https:// address")]
TimeOfDay = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="HH:MM")]


class NotifySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which receivers there are besides the terminal.

    ``webhooks`` maps a name, which watches use in ``deliver``, to the address that is posted to; ``timeout`` is how
    many seconds a receiver may take in all. What watches want hourly or daily is delivered at the full hours and at
    ``daily_at`` (``HH:MM``) of the clocks in ``timezone`` (such as ``Europe/Oslo``).
    """

    webhooks: dict[str, Address] = {}
    timeout: Annotated[float, Meta(gt=0)] = 10.0
    timezone: str = "UTC"
    daily_at: TimeOfDay = "08:00"

    def __post_init__(self) -> None:
        if "terminal" in self.webhooks:
            raise ValueError("a webhook cannot be named terminal, which is always there; choose another name")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{self.timezone!r} is no time zone; write one such as Europe/Oslo") from error
