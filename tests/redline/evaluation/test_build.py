"""The corpus is built from its parts and what is new, and the one in the repository keeps its own rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from redline.evaluation.build import build, main
from redline.evaluation.check import problems
from redline.evaluation.corpus import load, save
from redline.evaluation.split import PARTS, groups
from schemas.errors import DataFileError
from schemas.gazetteer import load_gazetteer
from tests.redline.evaluation.labelled import plain, statement, telling

CORPUS = Path(__file__).parents[3] / "corpus"


def new(folder: Path, name: str = "new.jsonl") -> Path:
    """A file of new articles beside the corpus."""
    (folder / "raw").mkdir(exist_ok=True)
    return folder / "raw" / name


def test_new_articles_are_parted_and_a_second_build_changes_nothing(tmp_path: Path) -> None:
    save(new(tmp_path), [telling(), *(plain(f"aa-{n:03}", text=f"Word{n} " * 70) for n in range(10, 30))])
    parts, wrong = build(tmp_path, [new(tmp_path)])
    assert not wrong
    assert sum(map(len, parts.values())) == 21
    written = {part: (tmp_path / f"{part}.jsonl").read_bytes() for part in PARTS}
    assert build(tmp_path, []) == (parts, [])
    assert build(tmp_path, [new(tmp_path)]) == (parts, [])
    assert {part: (tmp_path / f"{part}.jsonl").read_bytes() for part in PARTS} == written


def test_a_new_version_of_an_article_replaces_it_where_it_is(tmp_path: Path) -> None:
    save(tmp_path / "test.jsonl", [telling()])
    save(new(tmp_path), [telling(style="tabloid")])
    parts, _ = build(tmp_path, [new(tmp_path)])
    assert [article.style for article in parts["test"]] == ["tabloid"]


def test_a_wrong_article_is_named_and_left_out(tmp_path: Path) -> None:
    save(new(tmp_path), [telling(), telling("aa-002", (statement(quote="gone"),), occasion="bay")])
    result = CliRunner().invoke(main, [str(tmp_path), str(new(tmp_path))])
    assert result.exit_code == 1
    assert "aa-002: statements[0].quote: not in the article: gone" in result.stderr
    assert "train: 1 articles, 1 with statements, 1 sides" in result.stdout
    assert [article.id for article in load(tmp_path / "train.jsonl")] == ["aa-001"]


def test_two_files_never_share_an_id(tmp_path: Path) -> None:
    save(new(tmp_path), [telling()])
    save(new(tmp_path, "more.jsonl"), [telling()])
    with pytest.raises(DataFileError, match="another file has these ids too: aa-001"):
        build(tmp_path, [new(tmp_path), new(tmp_path, "more.jsonl")])


def test_the_corpus_keeps_its_rules() -> None:
    parts = {part: load(CORPUS / f"{part}.jsonl") for part in PARTS}
    articles = [article for held in parts.values() for article in held]
    assert problems(articles) == []
    where = {article.id: part for part, held in parts.items() for article in held}
    assert len(where) == len(articles)
    assert all(len({where[article.id] for article in group}) == 1 for group in groups(articles, load_gazetteer()))
