"""``redline analyse`` prints what was understood, carries claims from line to line, and stores nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.records import Article, EnrichedArticle, decode, encode
from tests.redline.cli.conftest import Redline

NOW = datetime(2026, 11, 20, tzinfo=UTC)
WARNING = (
    "Iran warns over the strait\n\n"
    "Iranian President Masoud Pezeshkian warned on Tuesday that any American warship entering the Strait of Hormuz "
    '"will be sunk" if sanctions on his country are not lifted. He spoke to reporters in Tehran.'
)
AGAIN = (
    "Iran will sink any American warship that enters the Strait of Hormuz if sanctions are not lifted, Iranian "
    'President Masoud Pezeshkian warned on Tuesday. "Any warship that enters will be sunk," he told reporters.'
)


def enriched(output: str) -> list[EnrichedArticle]:
    return [decode(line.encode(), EnrichedArticle) for line in output.splitlines()]


def reports(*texts: str) -> str:
    articles = [
        Article(id=f"a{number}", feed="f", source=f"Paper {number}", fetched=NOW + timedelta(minutes=number), text=text)
        for number, text in enumerate(texts)
    ]
    return "".join(encode(article).decode() + "\n" for article in articles)


def test_a_text_from_a_file(redline: Redline, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(WARNING)
    (article,) = enriched(redline("analyse", str(file)).stdout)
    assert article.title == "Iran warns over the strait"
    (statement,) = article.statements
    assert (statement.side, statement.quote) == ("Iran", "will be sunk")
    assert statement.claim == statement.id
    assert article.story == article.id
    assert not data.exists()


def test_lines_keep_their_order_and_share_claims_and_a_wrong_one_is_named(redline: Redline) -> None:
    lines = reports(WARNING, "Rain is expected on Sunday in the north.", WARNING, AGAIN).splitlines()
    result = redline("analyse", "--jsonl", stdin="\n".join([lines[0], "nonsense", "", *lines[1:]]))
    found = enriched(result.stdout)
    assert [article.id for article in found] == ["a0", "a1", "a2", "a3"]
    assert [article.story for article in found] == ["a0", "a1", "a0", "a3"]
    first = found[0].statements[0].id
    assert [statement.claim for article in found for statement in article.statements] == [first] * 3
    assert result.exit_code == 1
    (error,) = result.stderr.splitlines()
    assert "standard input, line 2" in error


@pytest.mark.parametrize("words", [("analyse", "nowhere.txt"), ("analyse", "--jsonl", "nowhere.jsonl")])
def test_a_file_that_is_not_there(redline: Redline, words: tuple[str, ...]) -> None:
    result = redline(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nowhere" in result.stderr


def test_without_the_model_it_says_how_to_install_it(redline: Redline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_READING_MODEL", "en_core_web_none")
    result = redline("analyse", stdin=WARNING)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "install" in result.stderr
