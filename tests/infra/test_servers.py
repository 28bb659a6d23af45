"""The real servers: a record and a document survive their crashes, and no process is left behind."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from elasticsearch import AuthenticationException, AuthorizationException, Elasticsearch
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from infra import elasticsearch as elasticsearch_node
from infra import kafka as kafka_broker
from infra.artifacts import fetch_elasticsearch, fetch_kafka
from infra.elasticsearch import start_elasticsearch
from infra.errors import ServerError
from infra.java import find_java
from infra.kafka import Mechanism, start_kafka
from infra.process import free_ports
from tests.processes import eventually
from tests.servers import or_skip

pytestmark = pytest.mark.integration


def processes(folder: Path) -> str:
    """The command lines of the processes that have ``folder`` on them, one a line."""
    shown = subprocess.run(["ps", "-ww", "-eo", "stat=,args="], capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in shown.splitlines() if str(folder) in line and not line.startswith("Z"))


@pytest.mark.parametrize(
    ("tls", "mechanism"),
    [(False, None), (True, "SCRAM-SHA-512"), (True, "PLAIN")],
    ids=["plain", "TLS and SCRAM", "TLS and PLAIN"],
)
def test_a_record_survives_a_broker_that_crashes(tmp_path: Path, tls: bool, mechanism: Mechanism | None) -> None:
    with or_skip(lambda: start_kafka(tmp_path, tls=tls, mechanism=mechanism)) as broker:
        client = {"bootstrap_servers": broker.bootstrap, "security_protocol": broker.protocol}
        if tls:
            client["ssl_cafile"] = str(broker.authority)
        if mechanism:
            client["sasl_mechanism"] = mechanism
            client["sasl_plain_username"] = kafka_broker.USER
            client["sasl_plain_password"] = kafka_broker.SECRET
        admin = KafkaAdminClient(**client)
        admin.create_topics([NewTopic("news", num_partitions=1, replication_factor=1)])
        admin.close()
        producer = KafkaProducer(acks="all", **client)
        assert producer.send("news", b"a record").get(timeout=30).offset == 0
        producer.close()

        broker.kill()
        assert processes(tmp_path) == ""
        broker.start()

        consumer = KafkaConsumer(**client)
        partition = TopicPartition("news", 0)
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        assert [record.value for record in consumer.poll(timeout_ms=30_000)[partition]] == [b"a record"]
        consumer.close()
    assert processes(tmp_path) == ""


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS and password"])
def test_a_document_survives_a_node_that_crashes(tmp_path: Path, tls: bool) -> None:
    with or_skip(lambda: start_elasticsearch(tmp_path, tls=tls)) as node:
        login = (elasticsearch_node.USER, elasticsearch_node.SECRET) if node.secured else None
        trust = ssl.create_default_context(cafile=str(node.authority)) if tls else None
        with Elasticsearch(node.url, basic_auth=login, ssl_context=trust, request_timeout=90) as client:
            client.index(index="news", id="1", document={"title": "A document"})
            node.kill()
            assert processes(tmp_path) == ""
            node.start()
            client.cluster.health(index="news", wait_for_status="yellow", timeout="60s")
            assert client.get(index="news", id="1")["_source"] == {"title": "A document"}
    assert processes(tmp_path) == ""


def test_an_api_key_lets_in_where_its_rights_allow(tmp_path: Path) -> None:
    with or_skip(lambda: start_elasticsearch(tmp_path, secured=True)) as node:
        with Elasticsearch(node.url, basic_auth=(elasticsearch_node.USER, elasticsearch_node.SECRET)) as client:
            rights = {"writer": {"indices": [{"names": ["news*"], "privileges": ["all"]}]}}
            key = client.security.create_api_key(name="desk", role_descriptors=rights)
        with Elasticsearch(node.url, api_key=key["encoded"]) as client:
            assert client.index(index="news", id="1", document={"title": "A document"})["result"] == "created"
            with pytest.raises(AuthorizationException):
                client.index(index="other", id="1", document={"title": "A document"})
        stranger = Elasticsearch(node.url, basic_auth=(elasticsearch_node.USER, "wrong"))
        with stranger, pytest.raises(AuthenticationException):
            stranger.cluster.health()


def test_no_server_outlives_a_starter_that_is_killed(tmp_path: Path) -> None:
    or_skip(lambda: (find_java(elasticsearch_node.LEAST_JAVA, "It"), fetch_kafka(), fetch_elasticsearch()))
    command = [sys.executable, "-m", "infra.servers", "run", "--folder", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        assert any(line.startswith("urls = ") for line in starter.stdout)
        assert "kafka.Kafka" in processes(tmp_path)
        os.kill(starter.pid, signal.SIGKILL)
    assert eventually(lambda: processes(tmp_path) == "")


def test_started_servers_stay_until_they_are_stopped(tmp_path: Path) -> None:
    or_skip(lambda: (find_java(kafka_broker.LEAST_JAVA, "It"), fetch_kafka()))

    def servers(action: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "infra.servers", action, "--kafka", "--folder", str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True)

    assert servers("status").returncode == 1
    started = servers("start")
    assert (started.returncode, started.stderr) == (0, "")
    assert servers("status").stdout == started.stdout
    assert servers("start").stdout == started.stdout
    assert servers("run").stderr.startswith("kafka runs already")
    assert servers("stop").returncode == 0
    assert processes(tmp_path) == ""
    assert "kafka does not run" in servers("status").stdout


def test_a_server_that_exits_fails_at_once_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "meta.properties").write_text("version=1\n")
    with pytest.raises(ServerError, match=r"(?s)Kafka exited with 1; the end of .*server\.log:.*node\.id"):
        or_skip(lambda: start_kafka(tmp_path))


def test_a_preferred_port_is_taken_where_it_is_free() -> None:
    (port,) = free_ports(1)
    assert free_ports(2, preferred=port)[0] == port
    assert len(set(free_ports(20))) == 20
