"""Whom the words are meant for, and what is called their target."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.reading.statements.candidates import attributed
from pipelines.reading.statements.passages import sentences
from pipelines.reading.statements.side_weights import load_side_weights
from pipelines.reading.statements.target_sides import meant
from schemas.errors import DataFileError
from tests.pipelines.reading.statements.conftest import Understand

MEANT: dict[str, tuple[str, tuple[str, ...]]] = {
    "named in the condition": (
        "If a Chilean trawler comes back, we will sink it, the Peruvian navy minister said.",
        ("Chile",),
    ),
    "told": ("Peru warned Chile that the next trawler would be sunk.", ("Chile",)),
    "named only in the sentence before": (
        'Chilean trawlers were seen off Tacna again. "We will sink the next one," Peru\'s navy minister said.',
        ("Chile",),
    ),
    "nobody but the speaker": ("Peru will sink any trawler that comes near, its navy minister said.", ()),
}


def found(understand: Understand, text: str) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    document = understand(text)
    read = sentences(document)
    for candidate in attributed(document, read):
        target, sides = meant(candidate, read)
        yield target.text if target is not None else None, sides


@pytest.mark.parametrize("name", MEANT)
def test_the_side_that_is_meant(understand: Understand, name: str) -> None:
    text, expected = MEANT[name]
    assert [sides for _, sides in found(understand, text)][-1] == expected


def test_a_target_that_names_whom_it_is_meant_for_goes_first(understand: Understand) -> None:
    text = "If we see one more trawler, Chilean ships will be sunk, Peru's navy minister said."
    assert [target for target, _ in found(understand, text)][-1] == "Chilean ships"


def test_missing_weights_are_an_error_that_tells_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="make models"):
        load_side_weights(tmp_path / "none.json")
