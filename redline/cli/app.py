"""What commands share: the settings and the homes, opened when a command first needs them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from redline.homes import EmbeddedHomes, ServerHomes, homes_of
from redline.settings import Settings, load
from schemas.errors import QueryError
from schemas.protocols import Index, Log

if TYPE_CHECKING:
    from connectors.feeds.state import FeedState

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
PATIENCE_S = 30.0
"""How long a command waits for a server; a service waits for as long as it takes."""


class App:
    """The application as one command sees it. ``config`` is the value of ``--config``."""

    def __init__(self, config: Path | None) -> None:
        self.config = config

    @cached_property
    def settings(self) -> Settings:
        """The settings; raises what ``redline.settings.load`` raises."""
        return load(self.config, os.environ)

    @property
    def homes(self) -> EmbeddedHomes | ServerHomes:
        """Where log and index live."""
        return homes_of(self.settings)

    def log(self) -> closing[Log]:
        """The log, open while the block runs."""
        return closing(self.homes.log())

    def index(self) -> closing[Index]:
        """The index, open while the block runs."""
        return closing(self.homes.index())

    def insist(self, action: Callable[[], T]) -> T:
        """What ``action`` returns; where log or index are on servers, tried again for half a minute.

        Raises:
            UnavailableError: one of them does not answer.
        """
        if isinstance(self.homes, EmbeddedHomes):
            return action()  # what is amiss with a file is rarely over soon, and its lock is waited for anyway
        from redline import logs
        from schemas.patience import Patience

        return Patience(_Deadline(PATIENCE_S), told=lambda _: logs.setup()).insist(action)

    def feeds(self) -> closing[FeedState]:
        """The state of the feeds, open while the block runs."""
        return closing(self.homes.feeds())


class _Deadline:
    """A stop that comes after so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def wait(self, timeout: float) -> bool:
        """Wait for ``timeout`` seconds, or until the end; whether it has come."""
        time.sleep(max(0.0, min(timeout, self._end - time.monotonic())))
        return time.monotonic() >= self._end


class Time(click.ParamType[str]):
    """A time as the query language writes it, passed on as it was entered."""

    name = "time"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what is no time as wrong usage."""
        from redline.queries import since_query

        try:
            since_query(None, value, "articles")
        except QueryError:
            self.fail(f"{value!r} is no time; write 2026-11-01, 2026-11-01T08:00:00Z or now-7d", param, ctx)
        return value


pass_app = click.make_pass_decorator(App)


def examples(*lines: str, then: str = "") -> str:
    """The end of a help text: ``lines`` as they are typed, one below the other, and a paragraph ``then``."""
    return "\b\nExamples:\n" + "".join(f"  {line}\n" for line in lines) + (f"\n{then}" if then else "")


def json_option(function: F) -> F:
    """The option ``--json`` as parameter ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON record a line.")(function)
