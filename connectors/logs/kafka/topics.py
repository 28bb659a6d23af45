"""The topics as they are to be: made where they are missing, and compared with the settings where they are there."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from kafka import errors
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from connectors.logs.settings import KafkaSettings
from schemas.errors import RedlineError
from schemas.protocols import TOPICS

_logger = logging.getLogger(__name__)

COMPACTED = frozenset({"dead-letters"})
"""A letter that is tried again is appended again, whole, under its id: only its last state is of use. Articles and
alerts are not compacted, since a reader must see each version of them."""

LIMITS = {"dead-letters": 2 * 1024 * 1024, "replay": 2 * 1024 * 1024}
"""Bytes that a record may have where the brokers' own limit (1 MiB) is too small: a letter holds another record, in
base64, and a replay holds an article."""


class Topic(NamedTuple):
    """A topic as the brokers have it. ``limit`` is how many bytes a record may have."""

    name: str
    partitions: int
    limit: int


def prepare(admin: KafkaAdminClient, settings: KafkaSettings) -> dict[str, Topic]:
    """All of ``TOPICS`` by our name for them; those that are missing are made.

    Raises:
        RedlineError: one that is there differs from the settings; the message names it, the setting and both values.
    """
    names = {topic: settings.prefix + topic for topic in TOPICS}
    found = _describe(admin, names)
    if missing := {topic: name for topic, name in names.items() if topic not in found}:
        _create(admin, missing, settings)
        found = _describe(admin, names)
    configs = _configs(admin, names)
    differences = [
        difference
        for topic in TOPICS
        for difference in _compare(topic, names[topic], found[topic], configs[names[topic]], settings)
    ]
    if differences:
        raise RedlineError("; ".join(differences))
    return {
        topic: Topic(name, len(found[topic]), int(configs[name]["max.message.bytes"])) for topic, name in names.items()
    }


def wanted_configs(topic: str, settings: KafkaSettings) -> dict[str, str]:
    """The configuration of ``topic`` in Kafka's words."""
    configs = {
        "cleanup.policy": "compact,delete" if topic in COMPACTED else "delete",
        "retention.ms": str(timedelta(days=settings.retention_days) // timedelta(milliseconds=1)),
        # The brokers stamp the records: one clock, which never goes back within a partition.
        "message.timestamp.type": "LogAppendTime",
    }
    if topic in LIMITS:
        configs["max.message.bytes"] = str(LIMITS[topic])
    if settings.replication is not None and settings.replication > 2:
        # Acknowledged then means on two brokers at least, so that the loss of one loses nothing.
        configs["min.insync.replicas"] = "2"
    return configs


def _describe(admin: KafkaAdminClient, names: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The partitions of those topics that are there."""
    found = {}
    described = {topic["name"]: topic for topic in admin.describe_topics(list(names.values()))}
    for topic, name in names.items():
        code = described[name]["error_code"]
        if code == errors.UnknownTopicOrPartitionError.errno:
            continue
        if code:
            raise errors.for_code(code)(name)
        found[topic] = described[name]["partitions"]
    return found


def _create(admin: KafkaAdminClient, missing: Mapping[str, str], settings: KafkaSettings) -> None:
    wanted = {
        name: {
            "num_partitions": settings.partitions,
            "replication_factor": settings.replication or -1,
            "configs": wanted_configs(topic, settings),
        }
        for topic, name in missing.items()
    }
    made = admin.create_topics(wanted, raise_errors=False)
    for topic in made["topics"]:
        code = topic["error_code"]
        if code == errors.TopicAlreadyExistsError.errno:  # another process was faster
            continue
        if code == errors.InvalidReplicationFactorError.errno:
            raise RedlineError(f"topic {topic['name']} cannot be made: {topic['error_message']} See kafka.replication")
        if code:
            raise errors.for_code(code)(f"{topic['name']}: {topic['error_message']}")
        _logger.info("topic made", extra={"topic": topic["name"]})
    admin.wait_for_topics(list(missing.values()))


def _configs(admin: KafkaAdminClient, names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The whole configuration of each topic, by its name."""
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names.values()]
    described = admin.describe_configs(resources, config_filter="all")["topic"]
    for name in names.values():
        if not described.get(name):
            raise errors.TopicAuthorizationFailedError(f"it may not describe the configuration of topic {name}")
    return {name: {key: config["value"] for key, config in described[name].items()} for name in names.values()}


def _compare(
    topic: str, name: str, partitions: list[dict[str, Any]], configs: Mapping[str, str], settings: KafkaSettings
) -> Iterator[str]:
    """One line for each thing in which a topic that is there is not as it is to be."""
    if len(partitions) != settings.partitions:
        yield (
            f"topic {name} has {len(partitions)} partitions, kafka.partitions is {settings.partitions}: "
            f"set kafka.partitions = {len(partitions)}, or remove the topic so that it is made anew"
        )
    replication = len(partitions[0]["replica_nodes"])
    if settings.replication is not None and replication != settings.replication:
        yield (
            f"topic {name} has {replication} replicas, kafka.replication is {settings.replication}: "
            f"set kafka.replication = {replication}, or reassign its partitions"
        )
    for key, value in wanted_configs(topic, settings).items():
        if configs[key] != value:
            yield (
                f"topic {name} has {key} = {configs[key]}, which is to be {value}{_setting_of(key)}: "
                f"kafka-configs.sh --alter --topic {name} --add-config '{key}=[{value}]'"
            )


def _setting_of(key: str) -> str:
    return " (kafka.retention_days)" if key == "retention.ms" else ""
