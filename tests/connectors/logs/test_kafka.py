"""The log on Kafka keeps the contract, and what only brokers can do wrong."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

import msgspec
import pytest

from connectors.logs.kafka import KafkaLog
from connectors.logs.settings import KafkaSettings
from infra.kafka import SECRET, USER, KafkaServer
from tests.connectors.logs.contract import LogContract, OpenLog

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
