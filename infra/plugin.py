"""The plugin that gives the bare Elasticsearch API keys: three pieces of analysis, compiled into its folder."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from infra.artifacts import ELASTICSEARCH_VERSION
from infra.errors import MissingToolError, ServerError

SOURCE = Path(__file__).parent / "ApiKeyAnalysis.java"
NAME = "redline-api-keys"
_JAVA = 21
_DESCRIPTOR = f"""\
description=Analysis for the index that API keys are kept in
version={ELASTICSEARCH_VERSION}
name={NAME}
classname=redline.{SOURCE.stem}
java.version={_JAVA}
elasticsearch.version={ELASTICSEARCH_VERSION}
"""


def add_plugin(home: Path, java: Path) -> None:
    """Compile the plugin into the Elasticsearch of ``home``, where it is not there yet, with the JDK in ``java``.

    Raises:
        MissingToolError: ``java`` is a runtime without a compiler.
        ServerError: it does not compile; the message has what the compiler said.
    """
    place = home / "plugins" / NAME
    if place.exists():
        return
    if not (java / "bin" / "javac").exists():
        raise MissingToolError(f"Elasticsearch needs a JDK, and {java} has no javac: install one, or set JAVA_HOME")
    # Elasticsearch starts with no half plugin: it is made elsewhere, and then renamed.
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        classes, plugin = Path(scratch, "classes"), Path(scratch, NAME)
        plugin.mkdir()
        javac = [str(java / "bin" / "javac"), "--release", str(_JAVA), "-cp", f"{home / 'lib'}/*"]
        _run([*javac, "-d", str(classes), str(SOURCE)])
        _run([str(java / "bin" / "jar"), "--create", "--file", str(plugin / "plugin.jar"), "-C", str(classes), "."])
        (plugin / "plugin-descriptor.properties").write_text(_DESCRIPTOR, encoding="utf-8")
        if not place.exists():
            plugin.rename(place)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise ServerError(f"{SOURCE.name} does not compile:\n{done.stdout[-2000:]}")
