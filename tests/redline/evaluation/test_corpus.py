"""Labelled articles are read line by line, and a wrong line is named with its field."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from redline.evaluation.corpus import Place, load, meet, places, save
from schemas.errors import DataFileError
from tests.redline.evaluation.labelled import plain, telling

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    articles = [telling(), plain("aa-002", title=None, published=NOW)]
    save(tmp_path / "a.jsonl", articles)
    assert load(tmp_path / "a.jsonl") == articles


def test_an_article_without_its_labels() -> None:
    article = telling(published=NOW).article(NOW)
    assert (article.id, article.title, article.published, article.fetched) == (
        "aa-001",
        "Freedonia threatens ships",
        NOW,
        NOW,
    )
    assert article.text is not None
    assert article.text.startswith("Freedonia will sink")


@pytest.mark.parametrize(
    ("line", "at_fault"),
    [
        ("nonsense", "no labelled article"),
        ('{"id": "a"}', "hand"),
        ('{"id": "a-1", "hand": "a", "occasion": "o", "class": "gossip", "style": "s", "text": "t"}', "$.class"),
        ('{"id": "a-1", "hand": "a", "occasion": "o", "class": "sport", "style": "s", "text": "t", "mood": 1}', "mood"),
        (
            '{"id": "a-1", "hand": "a", "occasion": "o", "class": "sport", "style": "s", "text": "t", '
            '"entities": [{"name": "Oslo", "type": "CITY"}]}',
            "$.entities[0].type",
        ),
    ],
)
def test_a_wrong_line_is_named_with_its_field(tmp_path: Path, line: str, at_fault: str) -> None:
    file = tmp_path / "a.jsonl"
    save(file, [telling()])
    file.write_bytes(file.read_bytes() + b"\n" + line.encode() + b"\n")
    with pytest.raises(DataFileError) as raised:
        load(file)
    assert raised.value.line == 3
    assert at_fault in str(raised.value)


def test_an_id_stands_once_in_a_file(tmp_path: Path) -> None:
    save(tmp_path / "a.jsonl", [telling(), telling()])
    with pytest.raises(DataFileError, match="line 2: the id aa-001 stands in line 1 already"):
        load(tmp_path / "a.jsonl")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        load(tmp_path / "none.jsonl")


def test_places() -> None:
    article = telling(title="We will sink it", text="They heard: we will. We will sink it.")
    assert places(article, "We will") == [Place("title", 0, 7), Place("text", 21, 28)]
    assert places(article, " ") == []
    assert meet(Place("text", 0, 5), Place("text", 4, 9))
    assert not meet(Place("text", 0, 5), Place("text", 5, 9))
    assert not meet(Place("title", 0, 5), Place("text", 0, 5))
