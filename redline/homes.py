"""The one place that constructs a log, an index or the state of the feeds: in files, or on servers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.protocols import Index, Log
from schemas.times import utc_now

if TYPE_CHECKING:
    from connectors.feeds.state import FeedState
    from connectors.indexes.progress import Told
    from connectors.indexes.settings import ElasticsearchSettings
    from connectors.logs.settings import KafkaSettings
    from redline.settings import Settings


def homes_of(settings: Settings) -> EmbeddedHomes | ServerHomes:
    """The homes that ``settings`` choose: servers where they say how to reach them, else files."""
    if settings.kafka is not None and settings.elasticsearch is not None:
        return ServerHomes(settings.data, settings.kafka, settings.elasticsearch)
    return EmbeddedHomes(settings.data)


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

    def reindex(self, told: Told) -> None:
        """Make the index anew, as this version wants it, while others use it; ``told`` hears how far that is.

        Raises:
            RedlineError: that cannot be done; the message says why, and the index is as it was.
        """
        from connectors.indexes.sqlite.reindex import reindex

        self.folder.mkdir(parents=True, exist_ok=True)
        reindex(self.folder / "index.sqlite", told)

    def feeds(self) -> FeedState:
        """The state of the feeds, which belongs to fetching alone; the caller closes it."""
        return _feeds(self.folder)


@dataclass(frozen=True)
class ServerHomes:
    """Log and index on servers; the feeds' state is a file in ``folder`` all the same."""

    folder: Path
    kafka: KafkaSettings
    elasticsearch: ElasticsearchSettings

    def log(self) -> Log:
        """A new connection to the log, made when it is first used; the caller closes it."""
        from connectors.logs.kafka import KafkaLog

        return KafkaLog(self.kafka)

    def index(self) -> Index:
        """A new connection to the index, made when it is first used; the caller closes it."""
        from connectors.indexes.elasticsearch import ElasticsearchIndex

        return ElasticsearchIndex(self.elasticsearch, utc_now)

    def reindex(self, told: Told) -> None:
        """Make the indexes anew, as this version wants them, while others use them; see ``EmbeddedHomes``."""
        from connectors.indexes.elasticsearch.reindex import reindex

        reindex(self.elasticsearch, told)

    def feeds(self) -> FeedState:
        """The state of the feeds, which belongs to fetching alone; the caller closes it."""
        return _feeds(self.folder)


def _feeds(folder: Path) -> FeedState:
    from connectors.feeds.state import FeedState

    folder.mkdir(parents=True, exist_ok=True)
    return FeedState(folder / "feeds.sqlite", utc_now)
