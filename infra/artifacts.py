"""Fetching the servers with Maven, once, into the user's cache: a later start needs neither Maven nor a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from infra.errors import MissingToolError, ServerError

KAFKA_VERSION = "4.3.1"
ELASTICSEARCH_VERSION = "9.2.4"
KAFKA_POM = Path(__file__).parent / "kafka-pom.xml"
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"


def fetch_kafka() -> Path:
    """The folder with Kafka's jars.

    Raises:
        MissingToolError: Kafka is not in the cache, and Maven is not installed.
        ServerError: Maven failed; the message has what it said.
    """
    return _cached(
        f"kafka-{KAFKA_VERSION}",
        [f"{_PLUGIN}:copy-dependencies", "-f", str(KAFKA_POM), f"-Dkafka.version={KAFKA_VERSION}"],
    )


def fetch_elasticsearch() -> Path:
    """The folder that Elasticsearch's bare distribution is unpacked in.

    Raises:
        MissingToolError: Elasticsearch is not in the cache, and Maven is not installed.
        ServerError: Maven failed; the message has what it said.
    """
    name = f"elasticsearch-{ELASTICSEARCH_VERSION}"
    artifact = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{ELASTICSEARCH_VERSION}:zip"
    return _cached(name, [f"{_PLUGIN}:unpack", f"-Dartifact={artifact}"]) / name


def _cached(name: str, goal: Sequence[str]) -> Path:
    """The cache's folder ``name``, filled by Maven's ``goal`` where it is not there yet."""
    folder = _cache() / name
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Filled beside its place and then renamed: what is there is whole, and the first of two at once wins.
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            filled = Path(scratch) / name
            _maven(goal, filled)
            if not folder.exists():
                filled.rename(folder)
    return folder


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "redline" / "servers"


def _maven(goal: Sequence[str], output: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise MissingToolError(f"{output.name} is fetched with Maven: install it, so that `mvn` is on the PATH")
    command = [maven, "-q", "-B", *goal, f"-DoutputDirectory={output}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=output.parent)
    if done.returncode != 0:
        raise ServerError(f"Maven could not fetch {output.name}:\n{done.stdout[-2000:]}")
