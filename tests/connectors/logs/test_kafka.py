"""The log on Kafka keeps the contract, and what only brokers can do wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from threading import Event
from uuid import uuid4

import msgspec
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from connectors.feeds.publish import publish
from connectors.logs.kafka import KafkaLog
from connectors.logs.kafka.sender import OVERHEAD
from connectors.logs.settings import KafkaSettings
from infra.kafka import SECRET, USER, KafkaServer
from schemas.errors import RedlineError, TooLargeError, UnavailableError
from schemas.protocols import TOPICS, Message
from schemas.records import Article, decode
from schemas.times import utc_now
from tests.connectors.logs.contract import TOPIC, LogContract, OpenLog, read_all

pytestmark = pytest.mark.integration


def settings_for(server: KafkaServer, **changes: object) -> KafkaSettings:
    """Topics and groups of one test's own on ``server``."""
    values: dict[str, object] = {
        "bootstrap_servers": [server.bootstrap],
        "security_protocol": server.protocol,
        "prefix": f"{uuid4().hex}.",
    }
    if server.mechanism:
        values |= {"sasl_mechanism": server.mechanism, "username": USER, "password": SECRET}
    settings = msgspec.convert(values | changes, KafkaSettings)
    return msgspec.structs.replace(settings, ca_file=server.authority)


class TestKafkaLog(LogContract):
    @pytest.fixture
    def open_log(self, kafka: KafkaServer) -> OpenLog:
        return partial(KafkaLog, settings_for(kafka))


@pytest.fixture
def settings(kafka: KafkaServer) -> KafkaSettings:
    return settings_for(kafka)


@pytest.fixture
def log(settings: KafkaSettings) -> Iterator[KafkaLog]:
    with closing(KafkaLog(settings)) as log:
        yield log


@pytest.fixture
def admin(kafka: KafkaServer) -> Iterator[KafkaAdminClient]:
    with closing(KafkaAdminClient(bootstrap_servers=kafka.bootstrap)) as admin:
        yield admin


@pytest.mark.parametrize("timeout", [1, 2, 60])
def test_waiting_is_kept_within_the_timeout(log: KafkaLog, settings: KafkaSettings, timeout: float) -> None:
    log.append(TOPIC, [Message("key", b"1")])
    with closing(KafkaLog(msgspec.structs.replace(settings, timeout=timeout))) as waiting:
        assert not waiting.wait(TOPIC, dict.fromkeys(range(4), 1), 0.1, Event())
        assert waiting.wait(TOPIC, {}, 30, Event())


def test_an_offset_that_retention_removed_leads_to_the_first_that_is_left(
    log: KafkaLog, settings: KafkaSettings, admin: KafkaAdminClient
) -> None:
    log.append(TOPIC, [Message("one key", str(number).encode()) for number in range(100)])
    (partition,) = {record.partition for record in read_all(log)}
    admin.delete_records({TopicPartition(settings.prefix + TOPIC, partition): 70})
    assert log.earliest(TOPIC, partition) == 70
    assert [record.offset for record in log.read(TOPIC, partition, 40, 10)] == list(range(70, 80))
    assert log.read(TOPIC, partition, 100, 10) == []
    admin.delete_records({TopicPartition(settings.prefix + TOPIC, partition): 100})
    assert log.read(TOPIC, partition, 40, 10) == []
    log.append(TOPIC, [Message("one key", b"new")])
    assert [record.offset for record in log.read(TOPIC, partition, 40, 10)] == [100]


def test_offsets_without_records_are_passed_over(kafka: KafkaServer, log: KafkaLog, settings: KafkaSettings) -> None:
    log.append(TOPIC, [Message("key", b"before")])
    (before,) = read_all(log)
    topic, partition = settings.prefix + TOPIC, before.partition
    with closing(KafkaProducer(bootstrap_servers=kafka.bootstrap, transactional_id=settings.prefix + "other")) as other:
        other.init_transactions()
        for finish in (other.abort_transaction, other.commit_transaction):
            other.begin_transaction()
            other.send(topic, key=None, value=finish.__name__.encode(), partition=partition).get(10)
            finish()
    records = log.read(TOPIC, partition, 0, 10)
    # The aborted record and the mark of each transaction take an offset.
    assert [(record.offset, record.key, record.value) for record in records] == [
        (0, "key", b"before"),
        (3, "", b"commit_transaction"),
    ]
    assert log.end(TOPIC, partition) == 5
    assert log.read(TOPIC, partition, 4, 10) == []
    log.append(TOPIC, [Message("key", b"after")])
    assert [record.offset for record in log.read(TOPIC, partition, 4, 10)] == [5]


def test_a_record_that_is_too_large_is_refused_before_any_is_appended(log: KafkaLog) -> None:
    largest = Message("largest", bytes(1_048_588 - OVERHEAD - len("largest")))
    log.append(TOPIC, [largest])
    with pytest.raises(TooLargeError, match="record large has 1048589 bytes, and the log takes 1048588 at most"):
        log.append(TOPIC, [Message("small", b""), Message("large", bytes(1_048_589 - OVERHEAD - len("large")))])
    assert [record.key for record in read_all(log)] == ["largest"]
    log.append("dead-letters", [largest._replace(value=bytes(1_400_000))])


def test_a_limit_that_was_lowered_is_found_out(log: KafkaLog, settings: KafkaSettings, admin: KafkaAdminClient) -> None:
    log.append(TOPIC, [Message("first", bytes(300_000))])
    lowered = {"max.message.bytes": "200000"}
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, settings.prefix + TOPIC, lowered)])
    batch = [Message("small", b"1"), Message("large", bytes(300_000)), Message("last", b"2")]
    with pytest.raises(TooLargeError) as caught:
        log.append(TOPIC, batch)
    assert (caught.value.key, caught.value.limit) == ("large", 200_000)
    log.append(TOPIC, [batch[0], batch[2]])
    many = [Message("many", bytes(3000)) for _ in range(200)]
    log.append(TOPIC, many)
    stored = [record.key for record in read_all(log)]
    assert set(stored) == {"first", "small", "last", "many"}
    assert stored.count("many") == len(many)


def test_an_article_with_thousands_of_tags_is_cut(log: KafkaLog) -> None:
    tags = tuple(f"{number:0250}" for number in range(6000))
    articles = [
        Article(id=name, feed="f", fetched=utc_now(), title="T", tags=tags if name == "b" else ()) for name in "abc"
    ]
    publish(log, articles, utc_now())
    stored = {record.key: decode(record.value or b"", Article) for record in read_all(log)}
    assert set(stored) == {"a", "b", "c"}
    assert stored["b"].truncated
    assert 4000 < len(stored["b"].tags) < 4200


def test_topics_are_made_as_they_are_to_be(settings: KafkaSettings, admin: KafkaAdminClient) -> None:
    with closing(KafkaLog(msgspec.structs.replace(settings, partitions=3, replication=1, retention_days=1.5))) as log:
        assert log.partitions(TOPIC) == 3
    names = [settings.prefix + topic for topic in TOPICS]
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    configs = admin.describe_configs(resources, config_filter="all")["topic"]
    policies = {name.removeprefix(settings.prefix): configs[name]["cleanup.policy"]["value"] for name in names}
    assert policies == {"articles": "delete", "alerts": "delete", "dead-letters": "compact,delete", "replay": "delete"}
    assert {configs[name]["retention.ms"]["value"] for name in names} == {"129600000"}
    assert {configs[name]["message.timestamp.type"]["value"] for name in names} == {"LogAppendTime"}


def test_topics_that_differ_from_the_settings_are_told(settings: KafkaSettings) -> None:
    with closing(KafkaLog(settings)) as log:
        log.append(TOPIC, [Message("key", b"1")])
    other = msgspec.structs.replace(settings, partitions=6, replication=3, retention_days=1)
    with closing(KafkaLog(other)) as log, pytest.raises(RedlineError) as caught:
        log.end(TOPIC, 0)
    assert not isinstance(caught.value, UnavailableError)
    for part in (
        f"topic {settings.prefix}articles has 4 partitions, kafka.partitions is 6: set kafka.partitions = 4",
        f"topic {settings.prefix}alerts has 1 replicas, kafka.replication is 3",
        f"topic {settings.prefix}dead-letters has retention.ms = 604800000, which is to be 86400000",
    ):
        assert part in str(caught.value)


def test_more_replicas_than_brokers_are_told(settings: KafkaSettings) -> None:
    with (
        closing(KafkaLog(msgspec.structs.replace(settings, replication=3))) as log,
        pytest.raises(RedlineError, match=r"cannot be made: .* See kafka\.replication"),
    ):
        log.end(TOPIC, 0)


def test_a_group_with_members_of_another_program_is_told(
    kafka: KafkaServer, log: KafkaLog, settings: KafkaSettings
) -> None:
    log.append(TOPIC, [Message("key", b"1")])
    with closing(
        KafkaConsumer(settings.prefix + TOPIC, bootstrap_servers=kafka.bootstrap, group_id=settings.prefix + "process")
    ) as member:
        member.poll(5000)
        with pytest.raises(RedlineError, match="has members of another program"):
            log.commit("process", TOPIC, {0: 1})
