"""Training for whom one speaks and whom words are meant for, on made-up ties."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from redline.training.sides import Example, load, train
from schemas.errors import DataFileError


def example(speaker: str, other: str) -> Example:
    ties = {speaker: Counter(["here says", "first named"]), other: Counter(["here supposed", "first named"])}
    meant = {other: Counter(["here supposed"]), "Fiji": Counter(["far named"])}
    return Example(speaker, frozenset({other}), ties, meant)


def test_what_tells_speaker_and_target_gets_the_weight() -> None:
    weights = train([example("Peru", "Chile"), example("Chile", "Peru"), example("Oman", "Iran")] * 4, "none")
    assert weights.speaks["here says"] > 0 > weights.speaks["here supposed"]
    assert "first named" not in weights.speaks
    assert weights.meant["here supposed"] > 0 > weights.meant["far named"]


def test_a_side_that_is_not_named_teaches_nothing() -> None:
    assert train([example("Peru", "Chile")._replace(speaker="Oman"), example("Peru", "Chile")], "x").trained_on == "x"


def test_texts_without_statements_are_left_out_and_a_wrong_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text(
        '{"text": "a", "statements": []}\n{"text": "b", "statements": [{"side": "Peru", "sentence": "b"}]}\n'
    )
    assert [text.text for text in load(file)] == ["b"]
    file.write_text('{"text": "a"}\n[]\n')
    with pytest.raises(DataFileError, match="2"):
        load(file)
