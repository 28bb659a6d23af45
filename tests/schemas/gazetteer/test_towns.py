"""The world's towns: found in any spelling, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import DataFileError
from schemas.gazetteer.towns import Towns


def test_towns_are_found_in_any_case_and_without_accents() -> None:
    towns = Towns()
    assert "Larnaca" in towns
    assert "KÖSZEG" in towns
    assert "Koszeg" in towns
    assert "Qqxyz" not in towns


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"none\.txt"):
        Towns(tmp_path / "none.txt")
