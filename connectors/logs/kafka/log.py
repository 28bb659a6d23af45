"""The log on Kafka: ``Log`` by four clients of kafka-python, one each to administer, to append, to read and to wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event, Lock
from typing import Any

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import MessageSizeTooLargeError, NoError, UnknownMemberIdError
from kafka.structs import OffsetAndMetadata

from connectors.logs.kafka.clients import Held, open_client, options
from connectors.logs.kafka.reader import Reader
from connectors.logs.kafka.sender import Sender, size_of
from connectors.logs.kafka.topics import Topic, prepare
from connectors.logs.kafka.waiter import Waiter
from connectors.logs.settings import KafkaSettings
from schemas.errors import RedlineError, TooLargeError
from schemas.protocols import LogRecord, Message

_EPOCH = datetime.fromtimestamp(0, UTC)
_MILLISECOND = timedelta(milliseconds=1)


class KafkaLog:
    """A ``Log`` (see ``schemas.protocols``) on the brokers of ``settings``; any thread may use it.

    Nothing is connected before the first use, which also makes the topics that are missing and compares the others
    with the settings. A record's time is that of the broker that took it, in milliseconds.

    Besides ``UnavailableError`` all methods raise:
        RedlineError: the brokers refuse, or a topic differs from the settings; the message says what to do.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._admin = Held(settings, lambda: open_client(KafkaAdminClient, options(settings)))
        self._sender = Held(settings, lambda: Sender(settings, self._limit()))
        self._reader = Held(settings, lambda: Reader(settings))
        self._waiter = Held(settings, lambda: Waiter(settings))
        self._topics: dict[str, Topic] = {}
        self._preparing = Lock()

    def partitions(self, topic: str) -> int:
        """How many partitions ``topic`` has; they are numbered from 0."""
        return self._topic(topic).partitions

    def append(self, topic: str, messages: Sequence[Message]) -> None:
        """Append ``messages``; when this returns, all replicas in sync have them.

        After an error any of them may be there, so repeat all: a record may come twice, but none gets lost.

        Raises:
            TooLargeError: one is larger than the topic takes; none was appended.
        """
        name = self._topic(topic).name
        self._refuse_large(topic, messages)
        try:
            with self._sender.use() as sender:
                sender.send(name, messages)
        except MessageSizeTooLargeError as error:
            # The topic's limit was lowered meanwhile.
            self._topics = {}
            self._refuse_large(topic, messages)
            raise RedlineError(f"topic {name} takes no record of this size: {error}") from error

    def read(self, topic: str, partition: int, offset: int, limit: int) -> list[LogRecord]:
        """At most ``limit`` records from the first offset at or after ``offset``, in order; empty at the end."""
        # Asked first, so that the end of an idle partition costs one round trip and no waiting.
        if offset >= self.end(topic, partition):
            return []
        where = TopicPartition(self._topic(topic).name, partition)
        records = self._reader.ask(lambda reader: reader.read(where, offset, limit, lambda: self.end(topic, partition)))
        return [_record(topic, record) for record in records]

    def wait(self, topic: str, offsets: Mapping[int, int], seconds: float, stop: Event) -> bool:
        """Wait until a partition has a record at or after its offset; False after ``seconds`` without, or ``stop``."""
        name, partitions, _ = self._topic(topic)
        places = {TopicPartition(name, one): offsets.get(one, 0) for one in range(partitions)}
        return self._waiter.ask(lambda waiter: waiter.wait(places, seconds, stop))

    def earliest(self, topic: str, partition: int) -> int:
        """The first offset that may still hold a record (retention removes those before it)."""
        return self._offset(topic, partition, OffsetSpec.EARLIEST)

    def end(self, topic: str, partition: int) -> int:
        """The offset that the next record will get."""
        return self._offset(topic, partition, OffsetSpec.LATEST)

    def offset_at(self, topic: str, partition: int, time: datetime) -> int:
        """The offset of the first record appended at or after ``time``; the end where there is none."""
        milliseconds = -((_EPOCH - time) // _MILLISECOND)  # rounded up
        found = self._offset(topic, partition, max(0, milliseconds))
        return self.end(topic, partition) if found < 0 else found

    def commit(self, group: str, topic: str, offsets: Mapping[int, int]) -> None:
        """Store for ``group`` the offset of the next record to read, by partition.

        Raises:
            RedlineError: a consumer of another program is a member of the group.
        """
        if not offsets:
            return
        name, group = self._topic(topic).name, self._settings.prefix + group
        wanted = {TopicPartition(name, one): OffsetAndMetadata(offset, "", -1) for one, offset in offsets.items()}

        def store(admin: KafkaAdminClient) -> None:
            for error in admin.alter_group_offsets(group, wanted).values():
                if error is UnknownMemberIdError:
                    raise RedlineError(f"consumer group {group} has members of another program: set kafka.prefix")
                if error is not NoError:
                    raise error(f"consumer group {group}")

        self._admin.ask(store)

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """The offsets stored for ``group``, by partition; a partition never committed is absent."""
        name, partitions, _ = self._topic(topic)
        group = self._settings.prefix + group
        asked = [TopicPartition(name, partition) for partition in range(partitions)]
        stored = self._admin.ask(lambda admin: admin.list_group_offsets({group: asked}))[group]
        return {where.partition: found.offset for where, found in stored.items() if found.offset >= 0}

    def trim(self, topic: str, before: datetime) -> int:
        """Remove the records of ``topic`` appended before ``before``; returns how many offsets went."""
        name, partitions, _ = self._topic(topic)
        starts = {one: self.offset_at(topic, one, before) for one in range(partitions)}
        removed = {one: max(0, start - self.earliest(topic, one)) for one, start in starts.items()}
        gone = {TopicPartition(name, one): start for one, start in starts.items() if removed[one]}
        if gone:
            self._admin.ask(lambda admin: admin.delete_records(gone))
        return sum(removed.values())

    def close(self) -> None:
        """Release the connections."""
        for client in (self._waiter, self._reader, self._sender, self._admin):
            client.close()

    def _topic(self, topic: str) -> Topic:
        with self._preparing:
            if not self._topics:
                self._topics = self._admin.ask(lambda admin: prepare(admin, self._settings))
            return self._topics[topic]

    def _limit(self) -> int:
        return max(topic.limit for topic in self._topics.values())

    def _refuse_large(self, topic: str, messages: Sequence[Message]) -> None:
        limit = self._topic(topic).limit
        for message in messages:
            size = size_of(message)
            if size > limit:
                raise TooLargeError(message.key, size, limit)

    def _offset(self, topic: str, partition: int, which: OffsetSpec | int) -> int:
        where = TopicPartition(self._topic(topic).name, partition)
        found = self._admin.ask(lambda admin: admin.list_partition_offsets({where: which}, "read_committed"))
        return int(found[where].offset)


def _record(topic: str, record: Any) -> LogRecord:
    key = (record.key or b"").decode("utf-8", "replace")
    appended = _EPOCH + record.timestamp * _MILLISECOND
    return LogRecord(topic, record.partition, record.offset, key, record.value, appended)
