"""Fetching the servers with Maven and Go, once, into the user's cache: a later start needs neither, nor a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from infra.errors import MissingToolError, ServerError

KAFKA_VERSION = "4.3.1"
ELASTICSEARCH_VERSION = "9.2.4"
PRISM_VERSION = "2.77.0"
KAFKA_POM = Path(__file__).parent / "kafka-pom.xml"
_PRISM = "github.com/apache/beam/sdks/v2/go/cmd/prism"
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"


def fetch_kafka() -> Path:
    """The folder with Kafka's jars.

    Raises:
        MissingToolError: Kafka is not in the cache, and Maven is not installed.
        ServerError: Maven failed; the message has what it said.
    """
    goal = [f"{_PLUGIN}:copy-dependencies", "-f", str(KAFKA_POM), f"-Dkafka.version={KAFKA_VERSION}"]
    return _cached(f"kafka-{KAFKA_VERSION}", partial(_maven, goal))


def fetch_elasticsearch() -> Path:
    """The folder that Elasticsearch's bare distribution is unpacked in.

    Raises:
        MissingToolError: Elasticsearch is not in the cache, and Maven is not installed.
        ServerError: Maven failed; the message has what it said.
    """
    name = f"elasticsearch-{ELASTICSEARCH_VERSION}"
    artifact = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{ELASTICSEARCH_VERSION}:zip"
    return _cached(name, partial(_maven, [f"{_PLUGIN}:unpack", f"-Dartifact={artifact}"])) / name


def fetch_prism() -> Path:
    """The program of Beam's runner Prism; Go builds it from its module, which takes minutes.

    Raises:
        MissingToolError: Prism is not in the cache, and Go is not installed.
        ServerError: Go failed; the message has what it said.
    """
    return _cached(f"prism-{PRISM_VERSION}", _go) / "prism"


def _cached(name: str, fill: Callable[[Path], None]) -> Path:
    """The cache's folder ``name``, filled by ``fill`` where it is not there yet."""
    folder = _cache() / name
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Filled beside its place and then renamed: what is there is whole, and the first of two at once wins.
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            filled = Path(scratch) / name
            fill(filled)
            if not folder.exists():
                filled.rename(folder)
    return folder


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "redline" / "servers"


def _maven(goal: Sequence[str], output: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise MissingToolError(f"{output.name} is fetched with Maven: install it, so that `mvn` is on the PATH")
    _run([maven, "-q", "-B", *goal, f"-DoutputDirectory={output}"], output)


def _go(output: Path) -> None:
    go = shutil.which("go")
    if go is None:
        raise MissingToolError(f"{output.name} is built with Go: install it, so that `go` is on the PATH")
    _run([go, "install", f"{_PRISM}@v{PRISM_VERSION}"], output, {"GOBIN": str(output)})


def _run(command: Sequence[str], output: Path, environ: Mapping[str, str] | None = None) -> None:
    told = {**os.environ, **(environ or {})}
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=output.parent, env=told
    )
    if done.returncode != 0:
        tool = {"mvn": "Maven", "go": "Go"}[Path(command[0]).name]
        raise ServerError(f"{tool} could not fetch {output.name}:\n{done.stdout[-2000:]}")
