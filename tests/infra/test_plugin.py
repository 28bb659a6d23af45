"""The plugin for API keys, where it cannot be compiled."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.errors import MissingToolError
from infra.plugin import NAME, add_plugin


def test_a_runtime_without_a_compiler_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingToolError, match=rf"needs a JDK, and {tmp_path}/jre has no javac"):
        add_plugin(tmp_path / "home", tmp_path / "jre")


def test_a_plugin_that_is_there_needs_no_compiler(tmp_path: Path) -> None:
    (tmp_path / "home" / "plugins" / NAME).mkdir(parents=True)
    add_plugin(tmp_path / "home", tmp_path / "jre")
