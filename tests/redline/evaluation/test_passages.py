"""Passages: their labels stand in their text, and none shares wording with an article that is held out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from redline.evaluation.corpus import load
from redline.evaluation.passages import FILE, Passage, PassageStatement, load_passages, main, problems
from schemas.errors import DataFileError
from tests.redline.evaluation.labelled import plain

CORPUS = Path(__file__).parents[3] / "corpus"
SAID = "Freedonia will sink any Sylvanian ship that enters the bay, its president said."
PASSAGE = Passage(
    id="aa-p001",
    hand="aa",
    class_="statement",
    text=f"{SAID} Rain fell.",
    statements=(PassageStatement(SAID, "threat", "Freedonia", ("Sylvania",)),),
)


def test_a_passage_without_fault_has_no_problems() -> None:
    assert problems([PASSAGE], [plain("bb-001")]) == []


def test_wrong_labels_are_named() -> None:
    elsewhere = msgspec.structs.replace(PASSAGE, text="Rain fell.")
    unsaid = msgspec.structs.replace(PASSAGE, id="aa-p002", class_="ordinary")
    assert [(one.article, one.field) for one in problems([elsewhere, unsaid], [])] == [
        ("aa-p001", "statements[0].sentence"),
        ("aa-p002", "class"),
    ]


def test_wording_shared_with_a_held_out_article_is_named_and_not_shown_as_a_fault_of_that() -> None:
    held_out = plain("bb-001", text=f"{SAID} Nothing else was heard that day.")
    assert [one.article for one in problems([PASSAGE], [held_out])] == ["aa-p001"]


def test_an_article_of_a_passage_has_its_statements() -> None:
    article = PASSAGE.article()
    assert (article.occasion, article.statements[0].evidence) == ("aa-p001", (SAID,))


def test_new_passages_are_numbered_and_wrong_ones_left_out(tmp_path: Path) -> None:
    for part in ("dev", "test"):
        (tmp_path / f"{part}.jsonl").write_bytes(b"")
    drafts = [{"text": "Rain fell.", "class": "ordinary"}, {"text": "Rain.", "class": "statement"}]
    new = tmp_path / "cc.jsonl"
    new.write_bytes(b"\n".join(msgspec.json.encode(draft) for draft in drafts))
    result = CliRunner().invoke(main, [str(tmp_path), str(new)])
    assert "1 passages" in result.stdout
    assert "cc-p002" in result.stderr
    assert [one.id for one in load_passages(tmp_path / FILE)] == ["cc-p001"]


def test_a_line_that_is_no_passage_is_named(tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.write_text('{"id": "a"}')
    with pytest.raises(DataFileError, match="line 1"):
        load_passages(file)


def test_the_passages_of_the_corpus_are_right_and_share_nothing_with_what_is_held_out() -> None:
    held_out = [article for part in ("dev", "test") for article in load(CORPUS / f"{part}.jsonl")]
    assert [(one.article, one.field) for one in problems(load_passages(CORPUS / FILE), held_out)] == []
