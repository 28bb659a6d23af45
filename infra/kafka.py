"""A Kafka broker (KRaft, one node) on loopback, plain or with TLS and passwords."""

from __future__ import annotations

import base64
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal

from infra.artifacts import fetch_kafka
from infra.certificates import PASSWORD, make_certificates
from infra.errors import ServerError
from infra.java import find_java
from infra.process import Server, free_ports

Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
USER = "redline"
SECRET = "red-line"
LEAST_JAVA = 17
_LOG4J = Path(__file__).parent / "kafka-log4j2.xml"


class KafkaServer(Server):
    """A broker. Clients connect to ``bootstrap`` by ``protocol``, trusting ``authority`` and signing on as ``USER``
    with ``SECRET`` by ``mechanism`` where these are set."""

    name: ClassVar[str] = "Kafka"
    patience_s: ClassVar[float] = 60
    runs_as_root: ClassVar[bool] = True

    def __init__(
        self,
        folder: Path,
        port: int,
        java: Path,
        libs: Path,
        *,
        authority: Path | None,
        mechanism: Mechanism | None,
        outlives: bool,
    ) -> None:
        # Compiled lightly and collected by one thread: on a small machine the JVM leaves the cores to the work.
        command = [str(java / "bin" / "java"), "-Xms256m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
        command += ["-cp", f"{libs}/*"]
        command += [f"-Dlog4j2.configurationFile={_LOG4J}", "kafka.Kafka", str(folder / "server.properties")]
        super().__init__(folder, port, command, {}, outlives=outlives)
        self.bootstrap = f"127.0.0.1:{port}"
        self.protocol = _protocol(tls=authority is not None, mechanism=mechanism)
        self.authority = authority
        self.mechanism = mechanism

    def answers(self) -> bool:
        """Whether the broker can be used now."""
        return "Kafka Server started" in self.output()


def start_kafka(
    folder: Path,
    *,
    tls: bool = False,
    mechanism: Mechanism | None = None,
    port: int | None = None,
    advertised: int | None = None,
    outlives: bool = False,
) -> KafkaServer:
    """Start a broker whose files are in ``folder`` (made where it is not there; its data is kept from start to start).

    With ``mechanism`` clients must sign on as ``USER`` with ``SECRET``. ``port`` is taken where it is free. Clients are
    told to come to the port ``advertised``, where a proxy is, say.

    Raises:
        MissingToolError: Java or Maven is missing.
        ServerError: the broker did not start.
    """
    java = find_java(LEAST_JAVA, KafkaServer.name)
    libs = fetch_kafka()
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    certificates = make_certificates(folder, java) if tls else None
    client_port, controller_port = free_ports(2, port)
    settings = _settings(folder, client_port, controller_port)
    if advertised:
        settings["advertised.listeners"] = f"CLIENT://127.0.0.1:{advertised}"
    settings["listener.security.protocol.map"] = f"CLIENT:{_protocol(tls, mechanism)},CONTROLLER:PLAINTEXT"
    if certificates:
        settings["ssl.keystore.location"] = str(certificates.store)
        settings["ssl.keystore.password"] = PASSWORD
        settings["ssl.truststore.type"] = "PEM"
        settings["ssl.truststore.location"] = str(certificates.authority)
    if mechanism:
        settings |= _passwords(mechanism)
    file = folder / "server.properties"
    file.write_text("".join(f"{key}={value}\n" for key, value in settings.items()), encoding="utf-8")
    if not (folder / "data" / "meta.properties").exists():
        _format(file, java, libs, mechanism)
    server = KafkaServer(
        folder,
        client_port,
        java,
        libs,
        authority=certificates.authority if certificates else None,
        mechanism=mechanism,
        outlives=outlives,
    )
    server.start()
    return server


def _protocol(tls: bool, mechanism: Mechanism | None) -> str:
    return ("SASL_" if mechanism else "") + ("SSL" if tls else "PLAINTEXT")


def _settings(folder: Path, client_port: int, controller_port: int) -> dict[str, str]:
    """The settings of a single node; it speaks to itself as its clients do."""
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"CLIENT://127.0.0.1:{client_port},CONTROLLER://127.0.0.1:{controller_port}",
        "inter.broker.listener.name": "CLIENT",
        "log.dirs": str(folder / "data"),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
    }


def _passwords(mechanism: Mechanism) -> Mapping[str, str]:
    """The settings that make everyone sign on, the broker to itself too."""
    login = f'username="{USER}" password="{SECRET}"'
    if mechanism == "PLAIN":
        module = f'org.apache.kafka.common.security.plain.PlainLoginModule required {login} user_{USER}="{SECRET}";'
    else:
        module = f"org.apache.kafka.common.security.scram.ScramLoginModule required {login};"
    return {
        "sasl.enabled.mechanisms": mechanism,
        "sasl.mechanism.inter.broker.protocol": mechanism,
        f"listener.name.client.{mechanism.lower()}.sasl.jaas.config": module,
    }


def _format(file: Path, java: Path, libs: Path, mechanism: Mechanism | None) -> None:
    """Prepare the data folder that ``file`` names; a SCRAM user is one of the first records in it."""
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    command = [str(java / "bin" / "java"), "-cp", f"{libs}/*", f"-Dlog4j2.configurationFile={_LOG4J}"]
    command += [
        "-XX:TieredStopAtLevel=1",
        "kafka.tools.StorageTool",
        "format",
        f"--cluster-id={cluster}",
        "-c",
        str(file),
    ]
    if mechanism and mechanism != "PLAIN":
        command += ["--add-scram", f"{mechanism}=[name={USER},password={SECRET}]"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise ServerError(f"Kafka could not prepare {file.parent}:\n{done.stdout[-2000:]}")
