"""Every candidate says why it was taken or left, and the words of the classifier are those of its features."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.reading.statements.classifier import Classifier, load_classifier
from pipelines.reading.statements.explain import explain
from pipelines.reading.statements.extract import extract
from schemas.errors import DataFileError
from tests.pipelines.reading.statements.conftest import Understand

TEXT = (
    'Latvian Defence Minister Ilse Martena said that Russian drones over Riga "will be shot down". '
    "She spoke in Riga. It rained. The hall was full. "
    "In the novel, the Latvian president warned that Russian ships would be sunk if they entered the gulf."
)


def test_a_taken_and_a_rejected_sentence(understand: Understand) -> None:
    document = understand(TEXT)
    taken, left = explain(document)
    assert (taken.taken, taken.side, taken.cue_class, taken.stopped) == (True, "Latvia", "harm", None)
    assert (left.taken, left.stopped) == (False, "fiction")
    assert "fiction" in left.vetoes
    assert left.weighed
    assert taken.wording > 0.5
    assert taken.like
    assert len(extract(document)) == 1


def test_a_conditional_act_needs_none_of_the_known_words(understand: Understand) -> None:
    text = (
        "Lithuania's foreign minister, Jurgis Balsys, told Belarus on Monday that the last railway line between the "
        "two countries would be closed for good unless the balloons over Vilnius stopped by Friday. Belarusian border "
        "troops fired on a Lithuanian patrol last week."
    )
    assert [(s.kind, s.side) for s in extract(understand(text))] == [("ultimatum", "Lithuania")]


def test_shares_add_up_to_the_probability() -> None:
    classifier = Classifier(trained_on="x", seed=1, threshold=0.5, bias=-1.0, weights={"a": 2.0, "b": -0.5})
    assert classifier.shares({"a": 0.5, "b": 1.0, "c": 1.0}) == [("a", 1.0), ("b", -0.5), ("c", 0.0)]
    assert classifier.probability({"a": 0.5}) == 0.5


def test_weights_that_cannot_be_read_name_the_file_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"weights\.json.*make models"):
        load_classifier(tmp_path / "weights.json")
