"""The one place that constructs a log, an index or the state of the feeds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.protocols import Index, Log
from schemas.times import utc_now

if TYPE_CHECKING:
    from connectors.feeds.state import FeedState


@dataclass(frozen=True)
class EmbeddedHomes:
    """Log, index and the feeds' state as SQLite files in ``folder``, which is made when one of them is first opened."""

    folder: Path

    def log(self) -> Log:
        """A new connection to the log; the caller closes it."""
        from connectors.logs.sqlite import SqliteLog

        self.folder.mkdir(parents=True, exist_ok=True)
        return SqliteLog(self.folder / "log.sqlite", utc_now)

    def index(self) -> Index:
        """A new connection to the index; the caller closes it."""
        from connectors.indexes.sqlite import SqliteIndex

        self.folder.mkdir(parents=True, exist_ok=True)
        return SqliteIndex(self.folder / "index.sqlite", utc_now)

    def feeds(self) -> FeedState:
        """The state of the feeds, which belongs to fetching alone; the caller closes it."""
        from connectors.feeds.state import FeedState

        self.folder.mkdir(parents=True, exist_ok=True)
        return FeedState(self.folder / "feeds.sqlite", utc_now)
