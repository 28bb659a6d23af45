"""Waiting for records: the brokers keep a request until there are some, so that waiting costs next to nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Event

from kafka import TopicPartition

from connectors.logs.kafka.reader import open_consumer
from connectors.logs.settings import KafkaSettings

LONGEST_FETCH_MS = 2000
LONGEST_POLL_S = 0.25
"""How long it takes to notice a stop."""


class Waiter:
    """A consumer that stays where it waits."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._places: dict[TopicPartition, int] = {}
        longest_fetch_ms = min(LONGEST_FETCH_MS, int(settings.timeout * 1000) // 2)  # shorter than a request may take
        # Of what comes one batch is enough to know.
        self._consumer = open_consumer(settings, fetch_max_wait_ms=longest_fetch_ms, max_partition_fetch_bytes=1)

    def wait(self, places: Mapping[TopicPartition, int], seconds: float, stop: Event) -> bool:
        """Wait until a partition has a record at or after its offset; False after ``seconds`` without, or ``stop``."""
        if self._places != places:
            self._consumer.assign(list(places))
            for partition, offset in places.items():
                self._consumer.seek(partition, offset)
            self._places = dict(places)
        deadline = time.monotonic() + seconds
        while not stop.is_set():
            left = max(0.0, deadline - time.monotonic())
            if self._consumer.poll(min(left, LONGEST_POLL_S) * 1000, max_records=1):
                self._places = {}
                return True
            if not left:
                break
        return False

    def close(self) -> None:
        """Release the connections."""
        self._consumer.close()
