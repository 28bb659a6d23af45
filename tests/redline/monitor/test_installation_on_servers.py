"""The figures of log and index on servers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.indexes.settings import ElasticsearchSettings
from infra.kafka import KafkaServer
from redline.homes import ServerHomes
from schemas.protocols import Message
from schemas.times import utc_now
from tests.connectors.logs.test_kafka import settings_for
from tests.redline.monitor.conftest import Looking
from tests.redline.monitor.test_installation import figures
from tests.redline.stored import store

pytestmark = pytest.mark.integration


def test_figures_and_faults(
    looking: Looking, tmp_path: Path, kafka: KafkaServer, own_indexes: ElasticsearchSettings
) -> None:
    homes = ServerHomes(tmp_path, settings_for(kafka), own_indexes)
    log, index = homes.log(), homes.index()
    log.append("articles", [Message("one", b"1"), Message("one", b"2")])
    store(index)
    index.refresh("claims")
    installation = looking(homes, lambda: utc_now() + timedelta(seconds=60), with_feeds=True)
    installation.look()
    assert installation.faults() == {}
    assert sum(figures(installation, "redline_log_appended").values()) == 2
    assert sum(figures(installation, "redline_lag_records").values()) == 2
    assert max(figures(installation, "redline_lag_seconds").values()) >= 60
    assert figures(installation, "redline_records")["claims",] == index.count("claims") > 0
    log.close()
    index.close()
