"""``redline models`` lists what is there and verifies it."""

from __future__ import annotations

import json

import pytest

from tests.redline.cli.conftest import Redline


def test_list_and_verify(redline: Redline) -> None:
    assert "en_core_web_sm" in redline("models", "list").stdout
    listed = [json.loads(line) for line in redline("models", "list", "--json").stdout.splitlines()]
    assert all(model["used"] for model in listed)
    result = redline("models", "verify")
    assert result.exit_code == 0
    assert "files as they should be" in result.stdout


def test_the_model_of_the_settings_is_missing(redline: Redline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_READING_MODEL", "en_core_web_none")
    assert "en_core_web_none  not installed  (used)" in redline("models", "list").stdout
    result = redline("models", "verify")
    assert result.exit_code == 1
    assert "run: python -m spacy download en_core_web_none" in result.stderr
