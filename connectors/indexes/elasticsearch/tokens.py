"""Tells whether a record that is there is the one we tried to write, where the server's answer was lost.

Every write that may come only once carries a token of its own, which the document keeps. A write that is tried again
because its answer was lost carries the same token again, and finds it in the document if the first try was done.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from schemas.errors import UnavailableError
from schemas.records import Record

_Write = tuple[Record, object]
"""A record, and the revision that it is to replace (None: nothing)."""


class Tokens:
    """The tokens of writes, and of those that failed until they are tried again; any thread may use them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unsure: dict[tuple[str, str], tuple[_Write, str]] = {}

    @contextmanager
    def given(self, index: str, records: Sequence[Record], seen: object = None) -> Iterator[dict[str, str]]:
        """The token of each of ``records``, by id, for one try at writing them in place of ``seen``."""
        with self._lock:
            tokens = {record.id: self._of(index, record, seen) for record in records}
        try:
            yield tokens
        except UnavailableError:
            with self._lock:
                for record in records:
                    self._unsure[index, record.id] = ((record, seen), tokens[record.id])
            raise

    def _of(self, index: str, record: Record, seen: object) -> str:
        # Taken away: of two who write the same at once only one may find that it was written by it.
        write, token = self._unsure.pop((index, record.id), (None, ""))
        return token if write == (record, seen) else uuid4().hex
