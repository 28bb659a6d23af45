"""``redline evaluate`` measures the reader beside the baseline, as tables or as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from redline.evaluation.corpus import save
from tests.redline.cli.conftest import Redline
from tests.redline.evaluation.labelled import plain, statement, telling

SAID = (
    "Iranian President Masoud Pezeshkian warned on Tuesday that any American warship entering the Strait of Hormuz "
    '"will be sunk" if sanctions on his country are not lifted.'
)


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    told = telling(
        title=None,
        text=f"{SAID}\n\nThe market was quiet.",
        statements=(statement(side="Iran", target_sides=("United States",), evidence=(SAID,), quote="will be sunk"),),
        entities=(),
        topics=("maritime-security",),
    )
    save(tmp_path / "labels.jsonl", [told, plain("aa-002")])
    return tmp_path / "labels.jsonl"


def test_json_has_both_readers(redline: Redline, labels: Path, data: Path) -> None:
    result = redline("evaluate", "--json", str(labels))
    found = json.loads(result.stdout)
    assert list(found) == ["reader", "baseline"]
    assert found["reader"]["articles"] == 2
    assert found["reader"]["figures"]["statements"]["labelled"] == 1
    assert found["reader"]["figures"]["statements"]["value"] == 1
    assert "Reading" in result.stderr
    assert not data.exists()


def test_tables_and_lists(redline: Redline, labels: Path) -> None:
    output = redline("evaluate", "--misses", str(labels)).stdout
    assert output.startswith("2 articles, 1 statements")
    for words in ("entities strict", "false alarms", "baseline", "Classes", "Reliability"):
        assert words in output


def test_no_labels_no_figures(redline: Redline, tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text("\n")
    result = redline("evaluate", str(tmp_path / "none.jsonl"))
    assert result.exit_code == 1
    assert "no labelled articles in it" in result.stderr
    (tmp_path / "none.jsonl").write_text("{}\n")
    assert "none.jsonl, line 1" in redline("evaluate", str(tmp_path / "none.jsonl")).stderr
