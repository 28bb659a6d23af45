"""The settings of the log on Kafka (section ``[kafka]``)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Count = Annotated[int, Meta(ge=1)]
Positive = Annotated[float, Meta(gt=0)]
Address = Annotated[str, Meta(pattern=r"^[^\s,]+:\d+$", description="host:port")]


class KafkaSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach the brokers, and the topics as they are to be.

    ``prefix`` stands before the names of topics and consumer groups. A topic that is not there is made with
    ``partitions``, ``replication`` (None: what the brokers have as default) and ``retention_days``; one that is there
    must have them. ``timeout`` is how many seconds the brokers may take to answer before the log counts as down.
    """

    bootstrap_servers: Annotated[tuple[Address, ...], Meta(min_length=1)] = ("localhost:9092",)
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    key_password: str | None = None
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    username: str | None = None
    password: str | None = None
    prefix: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9._-]*$", max_length=200)] = ""
    partitions: Count = 4
    replication: Count | None = None
    retention_days: Positive = 7
    timeout: Positive = 5

    def __post_init__(self) -> None:
        if self.security_protocol.startswith("SASL") and not (self.username and self.password):
            raise ValueError(f"signing on by {self.security_protocol} needs username and password")

    def __repr__(self) -> str:
        """Without the passwords, which must not get into logs."""
        return f"KafkaSettings({', '.join(self.bootstrap_servers)}, {self.security_protocol}, prefix={self.prefix!r})"
