"""The errors that Redline raises on purpose; each message names what is at fault and what to do about it.

RedlineError
├── UnavailableError    a log or an index does not answer now: retry, no record is at fault
├── TooLargeError       a record is larger than the log takes; names its key, its size and the limit
├── QueryError          a query cannot be understood; carries the position
├── DataFileError       a data file (gazetteer, lexicon, taxonomy, settings, sample) is wrong; names file and line
├── FeedError           a feed cannot be fetched or read
├── ChannelError        a notification could not be delivered now: try again later
├── ModelMissingError   a language model is not installed; names the command that installs it
└── NotOwnerError       another process owns stories and claims now: this one must drop what it is doing
"""

from __future__ import annotations


class RedlineError(Exception):
    """The root of all errors that Redline raises on purpose."""


class UnavailableError(RedlineError):
    """A log or an index does not answer now (down, locked, full). No record's fault: try again later.

    ``server`` names what is missing: a kind of server, or a file.
    """

    def __init__(self, message: str, server: str = "the log or index") -> None:
        super().__init__(message)
        self.server = server


class TooLargeError(RedlineError):
    """A record is larger than the log takes. ``size`` and ``limit`` are in bytes."""

    def __init__(self, key: str, size: int, limit: int) -> None:
        super().__init__(f"record {key} has {size} bytes, and the log takes {limit} at most")
        self.key = key
        self.size = size
        self.limit = limit


class QueryError(RedlineError):
    """A query cannot be understood. ``position`` counts characters from 0 in ``query``."""

    def __init__(self, message: str, query: str, position: int) -> None:
        super().__init__(f"{message} (at character {position + 1} of: {query})")
        self.query = query
        self.position = position


class DataFileError(RedlineError):
    """A data file is wrong. ``line`` counts from 1; None where the whole file is at fault."""

    def __init__(self, file: str, line: int | None, message: str) -> None:
        super().__init__(f"{file}{'' if line is None else f', line {line}'}: {message}")
        self.file = file
        self.line = line


class FeedError(RedlineError):
    """A feed cannot be fetched or read; the message says why in one line."""


class ChannelError(RedlineError):
    """A notification could not be delivered; the message says where and why in one line. Try again later."""


class ModelMissingError(RedlineError):
    """A language model is not installed."""


class NotOwnerError(RedlineError):
    """Another process owns stories and claims now."""
