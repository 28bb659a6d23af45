"""Noise: boilerplate, pointers to other articles and repeated lines are found; the news is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.reading.noise import NoiseFinder
from schemas.errors import DataFileError
from schemas.records import Article
from tests.pipelines.reading.conftest import NOW


def noise(text: str, title: str | None = None) -> list[str]:
    article = Article(id="a", feed="f", fetched=NOW, text=text, title=title)
    return [text[span.start : span.end] for span in NoiseFinder().find(article)]


@pytest.mark.parametrize(
    "line",
    [
        "READ ALSO: General vows to sink every boat",
        "ADVERTISEMENT",
        "Related: Old threats, once more",
        "Sign up for our newsletter",
        " date 2024-02-17",
        "© 2026 The Coast Daily",
    ],
)
def test_boilerplate_lines(line: str) -> None:
    assert noise(f"The port reopened on Monday.\n\n{line}\n\nShips came back.") == [line]


def test_a_pointer_within_a_line_ends_with_its_sentence() -> None:
    assert noise("The port reopened. READ MORE: Admiral warns of war. Ships came back.") == [
        "READ MORE: Admiral warns of war."
    ]


def test_repeated_lines() -> None:
    caption = "A tanker off the northern coast in October"
    assert noise(f"Port reopens\n\n{caption}\n\nShips came.\n\n{caption}", title="Port reopens") == [
        "Port reopens",
        caption,
    ]


def test_news_is_no_noise() -> None:
    assert noise("Related fighting went on.\n\n“Yes.”\n\n“Yes.”\n\nPrinters and donors watched: it was calm.") == []


def test_a_line_that_would_match_everything_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "boilerplate.txt"
    file.write_text("# comment\nshare\n*\n")
    with pytest.raises(DataFileError) as caught:
        NoiseFinder(file)
    assert caught.value.line == 3
