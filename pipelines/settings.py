"""The settings of the pipeline."""

from __future__ import annotations

import os

import msgspec


class ProcessSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How ``redline process`` works.

    workers: reading processes (0: one a core). article_seconds: the time that one article may take to read before it
    becomes a dead letter. drain_records: how many records one drain takes at most.
    """

    workers: int = 0
    article_seconds: float = 30.0
    drain_records: int = 128

    def reading_processes(self) -> int:
        """How many reading processes to start."""
        return self.workers or len(os.sched_getaffinity(0))
