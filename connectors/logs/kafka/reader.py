"""Reading a partition from an offset, with a consumer that belongs to no group."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaTimeoutError

from connectors.logs.kafka.clients import open_client, options
from connectors.logs.settings import KafkaSettings

POLL_MS = 50


def open_consumer(settings: KafkaSettings, **fetching: int) -> KafkaConsumer:
    """A consumer of no group; ``fetching`` is in Kafka's words."""
    told = {
        "enable_auto_commit": False,
        "allow_auto_create_topics": False,
        "auto_offset_reset": "earliest",  # where retention was faster, the records left are next, never the newest
        "isolation_level": "read_committed",
        "enable_incremental_fetch_sessions": False,
    }
    return open_client(KafkaConsumer, options(settings) | told | fetching)


class Reader:
    """A consumer that remembers where it stands, so that reading on uses what it has fetched ahead."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._timeout = settings.timeout
        self._at: tuple[TopicPartition, int] | None = None
        # It is asked only for what is there; a fetch that waits would hold up the next.
        self._consumer = open_consumer(settings, fetch_max_wait_ms=0)

    def read(self, partition: TopicPartition, offset: int, limit: int, end: Callable[[], int]) -> list[Any]:
        """At most ``limit`` records from ``offset`` on; none only where none is left before ``end()``.

        Raises:
            KafkaTimeoutError: there are more, and the brokers do not give them.
        """
        if self._at != (partition, offset):
            self._consumer.assign([partition])
            self._consumer.seek(partition, offset)
        self._at = None
        deadline = time.monotonic() + self._timeout
        while True:
            found = self._consumer.poll(POLL_MS, max_records=limit).get(partition, [])
            # A reset can lead below the offset only where the topic was made anew meanwhile.
            records = [record for record in found if record.offset >= offset]
            if records:
                self._at = (partition, records[-1].offset + 1)
                return records
            # Offsets without records (compacted away, marks of transactions) move the position on.
            position = self._consumer.position(partition, timeout_ms=POLL_MS)
            if position is not None and position >= end():
                return []
            if time.monotonic() > deadline:
                raise KafkaTimeoutError(f"{partition.topic}/{partition.partition} gives nothing from {offset} on")

    def close(self) -> None:
        """Release the connections."""
        self._consumer.close()
