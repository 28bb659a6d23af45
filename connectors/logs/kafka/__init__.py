"""The log on Kafka: the one place that knows kafka-python."""

from connectors.logs.kafka.log import KafkaLog

__all__ = ["KafkaLog"]
