"""An Elasticsearch node on loopback, plain or with TLS and a password.

It is the bare distribution: the same engine with fewer analysers and features than the full one. A plugin of ours adds
what API keys need. Users come from a file.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from typing import ClassVar

from infra.artifacts import fetch_elasticsearch
from infra.certificates import PASSWORD, make_certificates
from infra.errors import ServerError
from infra.java import find_java
from infra.plugin import add_plugin
from infra.process import Server, free_ports

USER = "redline"
SECRET = "red-line"
LEAST_JAVA = 21
# Compiled lightly: on a small machine, and in a short life, the thorough compiler costs more than it brings.
_JVM_OPTIONS = "-Xms512m\n-Xmx1g\n-XX:TieredStopAtLevel=1\n"


class ElasticsearchServer(Server):
    """A node. Clients connect to ``url``, trusting ``authority`` and signing on as ``USER`` with ``SECRET`` where it
    is ``secured``."""

    name: ClassVar[str] = "Elasticsearch"
    patience_s: ClassVar[float] = 180
    runs_as_root: ClassVar[bool] = False

    def __init__(
        self,
        folder: Path,
        port: int,
        home: Path,
        environ: Mapping[str, str],
        *,
        authority: Path | None,
        secured: bool,
        outlives: bool,
    ) -> None:
        super().__init__(folder, port, [str(home / "bin" / "elasticsearch")], environ, outlives=outlives)
        self.url = f"{'https' if authority else 'http'}://127.0.0.1:{port}"
        self.authority = authority
        self.secured = secured

    def answers(self) -> bool:
        """Whether the node can be used now."""
        request = urllib.request.Request(f"{self.url}/_cluster/health")
        if self.secured:
            login = base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
            request.add_header("Authorization", f"Basic {login}")
        trust = ssl.create_default_context(cafile=str(self.authority)) if self.authority else None
        try:
            with urllib.request.urlopen(request, timeout=5, context=trust) as response:
                return json.load(response)["status"] in ("green", "yellow")
        except (OSError, HTTPException, ValueError):
            return False


def start_elasticsearch(
    folder: Path, *, tls: bool = False, secured: bool = False, port: int | None = None, outlives: bool = False
) -> ElasticsearchServer:
    """Start a node whose files are in ``folder`` (made where it is not there; its data is kept from start to start).

    With ``secured`` clients must sign on as ``USER`` with ``SECRET``; with ``tls`` they must in any case. ``port`` is
    taken where it is free.

    Raises:
        MissingToolError: Java, Maven or setpriv (as root) is missing.
        ServerError: the node did not start.
    """
    secured = secured or tls
    java = find_java(LEAST_JAVA, ElasticsearchServer.name)
    home = fetch_elasticsearch()
    add_plugin(home, java)
    folder = folder.resolve()
    config = folder / "config"
    scratch = folder / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    if not config.exists():
        shutil.copytree(home / "config", config)
    certificates = make_certificates(config, java) if tls else None
    http_port, transport_port = free_ports(2, port)
    settings = _settings(folder, http_port, transport_port)
    settings |= _security(tls=tls, secured=secured)
    lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in settings.items())
    (config / "elasticsearch.yml").write_text(lines, encoding="utf-8")
    (config / "jvm.options.d" / "redline.options").write_text(_JVM_OPTIONS, encoding="utf-8")
    environ = {"ES_JAVA_HOME": str(java), "ES_PATH_CONF": str(config), "ES_TMPDIR": str(scratch)}
    if secured and not (config / "users").read_text(encoding="utf-8"):
        _add_user(home, environ)
    server = ElasticsearchServer(
        folder,
        http_port,
        home,
        environ,
        authority=certificates.authority if certificates else None,
        secured=secured,
        outlives=outlives,
    )
    server.start()
    return server


def _settings(folder: Path, http_port: int, transport_port: int) -> dict[str, object]:
    return {
        "cluster.name": "redline",
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": http_port,
        "transport.port": transport_port,
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "logs"),
        # A developer's disk is often fuller than a server's may be.
        "cluster.routing.allocation.disk.threshold_enabled": False,
    }


def _security(*, tls: bool, secured: bool) -> dict[str, object]:
    """All of it said outright: where one of these is left out, the first start makes certificates of its own."""
    settings: dict[str, object] = {
        "xpack.security.enabled": secured,
        "xpack.security.transport.ssl.enabled": False,
        "xpack.security.http.ssl.enabled": tls,
    }
    if tls:
        settings["xpack.security.http.ssl.keystore.path"] = "server.p12"
        settings["xpack.security.http.ssl.keystore.password"] = PASSWORD
    if secured:
        settings["xpack.security.authc.realms.file.file.order"] = 0
    return settings


def _add_user(home: Path, environ: Mapping[str, str]) -> None:
    command = [str(home / "bin" / "elasticsearch-users"), "useradd", USER, "-p", SECRET, "-r", "superuser"]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **environ}
    )
    if done.returncode != 0:
        raise ServerError(f"elasticsearch-users could not add the user:\n{done.stdout[-2000:]}")
