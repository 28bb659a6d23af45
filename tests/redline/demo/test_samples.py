import shutil
from pathlib import Path

import pytest

from redline.demo.samples import FOLDER, load, load_expected
from schemas.errors import DataFileError


def test_at_least_sixty_articles_in_three_formats_are_out_within_ninety_seconds() -> None:
    samples = load()
    assert len(samples.articles) >= 60
    assert {outlet.format for outlet in samples.outlets} == {"rss", "atom", "json"}
    assert max(article.at for article in samples.articles) <= 90


def test_every_article_has_an_expectation_and_every_claim_one_alert() -> None:
    samples, expected = load(), load_expected()
    assert list(expected.articles) == [article.key for article in samples.articles]
    claims = {one.claim for one in expected.articles.values() if one.claim}
    assert sorted(one.claim or "" for one in expected.articles.values() if one.alert) == sorted(claims)
    assert set(expected.watches) == {watch.name for watch in samples.watches if watch.over == "articles"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "samples")
    return tmp_path / "samples"


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("outlets.toml", "[[outlet]]", "[[outlet", "outlets.toml"),
        ("outlets.toml", '"rss"', '"rdf"', "outlets.toml.*rdf"),
        ("watches.toml", "query =", "querry =", "watches.toml.*quer"),
        ("articles.jsonl", '"outlet": "meridian-post"', '"outlet": "nobody"', "line 2: .*nobody"),
        ("articles.jsonl", '"key": "museum-attic-map"', '"key": "regatta-opens"', "line 2: .*taken"),
        ("articles.jsonl", '"at": 2,', '"at": "soon",', "line 5: .*at"),
    ],
)
def test_a_fault_is_told_with_its_file_and_line(folder: Path, file: str, old: str, new: str, fault: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    with pytest.raises(DataFileError, match=fault):
        load(folder)


def test_a_missing_file_is_told(folder: Path) -> None:
    (folder / "articles.jsonl").unlink()
    with pytest.raises(DataFileError, match=r"articles\.jsonl: cannot be read"):
        load(folder)
