"""Where a name is likely from."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.reading.statements import origins
from schemas.errors import DataFileError


@pytest.mark.parametrize(
    ("name", "side"),
    [("Radivoj Lukić", "Serbia"), ("Ivan Petrović", "Serbia"), ("Irakli Beradze", "Georgia"), ("Al-Sabah", "Kuwait")],
)
def test_an_ending_or_a_beginning_tells(name: str, side: str) -> None:
    assert side in origins.likely_sides(name)


def test_a_name_of_no_known_sound_tells_nothing() -> None:
    assert origins.likely_sides("Xq") == frozenset()


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "names.tsv"
    file.write_text("pattern\tsides\n-ić Serbia\n", "utf-8")
    with pytest.raises(DataFileError, match="2"):
        origins.load(file)
