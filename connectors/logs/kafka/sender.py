"""Appending records: sent in small numbers, each waited for, so that memory stays flat while no broker is there."""

from __future__ import annotations

from collections.abc import Sequence

from kafka import KafkaProducer
from kafka.errors import KafkaError

from connectors.logs.kafka.clients import open_client, options
from connectors.logs.settings import KafkaSettings
from schemas.protocols import Message

IN_FLIGHT = 256
"""How many records the producer holds at most: by itself it takes any number, also while no broker is there."""
OVERHEAD = 100
"""Bytes that a record may take beyond its key and value, its batch included."""
BATCH_BYTES = 256 * 1024
"""Records that wait at the same time go together; more than a topic takes are parted again."""
CLOSE_S = 1.0


def size_of(message: Message) -> int:
    """How many bytes ``message`` takes in the log, at most."""
    return len(message.key.encode()) + len(message.value or b"") + OVERHEAD


class Sender:
    """An idempotent producer that waits for all replicas in sync. ``limit`` is the size of the largest record."""

    def __init__(self, settings: KafkaSettings, limit: int) -> None:
        timeout_ms = int(settings.timeout * 1000)
        told = {
            "acks": "all",
            "enable_idempotence": True,
            "allow_auto_create_topics": False,
            "max_request_size": limit,
            "batch_size": BATCH_BYTES,
            "max_block_ms": timeout_ms,
            "delivery_timeout_ms": timeout_ms,
        }
        self._timeout = settings.timeout
        self._producer = open_client(KafkaProducer, options(settings) | told)

    def send(self, topic: str, messages: Sequence[Message]) -> None:
        """Append ``messages``; when this returns all are acknowledged.

        Raises:
            KafkaError: that of the first that was not.
        """
        for start in range(0, len(messages), IN_FLIGHT):
            self._send(topic, messages[start : start + IN_FLIGHT])

    def _send(self, topic: str, messages: Sequence[Message]) -> None:
        refused: KafkaError | None = None
        futures = []
        try:
            for message in messages:
                futures.append(self._producer.send(topic, key=message.key.encode(), value=message.value))
        except KafkaError as error:
            refused = error
        # Each is waited for until it is taken or given up: a producer that still holds some cannot be closed.
        for future in futures:
            try:
                future.get(self._timeout + CLOSE_S)
            except KafkaError as error:
                refused = refused or error
        if refused:
            raise refused

    def close(self) -> None:
        """Release the connections."""
        self._producer.close(CLOSE_S)
