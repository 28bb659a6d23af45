"""Wordings: names count by their kind, runs of words and the embedding add up, and threats are like statements."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from pipelines.reading.statements.passages import sentences
from pipelines.reading.statements.wording import RUNS_SCALE, Wording, likenesses, load_wording, runs_of, words_of
from schemas.errors import DataFileError
from tests.pipelines.reading.statements.conftest import Understand


def test_names_and_numbers_count_by_their_kind(understand: Understand) -> None:
    document = understand("Latvia told Estonia in Riga that 40 boats would be sunk.")
    (sentence,) = sentences(document)
    words = words_of(sentence.doc_from_opening())
    assert words[:3] == ["country", "told", "country"]
    assert words[-5:] == ["boats", "would", "be", "sunk", "."]
    assert not {"Latvia", "latvia", "40"} & set(words)


def test_runs_are_of_one_to_three_words() -> None:
    assert runs_of(["we", "will", "sink", "it"]) == [
        "it",
        "sink",
        "sink it",
        "we",
        "we will",
        "we will sink",
        "will",
        "will sink",
        "will sink it",
    ]


def test_known_runs_and_the_embedding_add_up() -> None:
    wording = Wording(trained_on="x", bias=-1.0, vector=(0.5, 1.0), runs={"sink": 2.0, "it": -1.0, "we will": 0.0})
    likeness = wording.likeness(["we", "will", "sink", "it"], np.array([1.0, 0.0], dtype=np.float32))
    assert likeness.odds == pytest.approx(-1.0 + 0.5 + RUNS_SCALE / math.sqrt(3) * 1.0)
    assert likeness.runs == ("sink",)


def test_threats_are_liker_than_news(understand: Understand) -> None:
    document = understand(
        '"If one more shell falls on our side of the river, their batteries will be silenced," the minister said. '
        "The two ministers will open the new bridge in spring, the embassy said. "
        "Latvia would close the border for good unless the balloons stopped by Friday, the minister told Belarus."
    )
    threat, news, ultimatum = likenesses([sentence.doc_from_opening() for sentence in sentences(document)])
    assert min(threat.odds, ultimatum.odds) > news.odds + 3


def test_nothing_is_encoded_for_no_sentence() -> None:
    assert likenesses([]) == []


def test_weights_that_cannot_be_read_name_the_file_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"wording\.json.*make models"):
        load_wording(tmp_path / "wording.json")
