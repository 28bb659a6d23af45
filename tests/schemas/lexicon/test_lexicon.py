"""The lexicon's loader: what it makes of the data files, and how it names a fault."""

from pathlib import Path

import pytest

from schemas.errors import DataFileError
from schemas.lexicon import load_lexicon


def write(folder: Path, lemmas: str, phrases: str = "red line*\n") -> Path:
    for kind, body in (("lemmas", lemmas), ("phrases", phrases)):
        (folder / "xx" / kind).mkdir(parents=True)
        (folder / "xx" / kind / "cues.txt").write_text(body, "utf-8")
    return folder


def test_bundled_lexicon_loads() -> None:
    lexicon = load_lexicon()
    assert "strike" in lexicon.lemmas["harm_verbs"]
    assert lexicon.phrases["consequences"].search("They will PAY\na heavy price for it")


def test_stars_stand_for_endings_and_words(tmp_path: Path) -> None:
    pattern = load_lexicon("xx", write(tmp_path, "sink\n", "pay* the price\nat * peril\n")).phrases["cues"]
    assert pattern.search("paying the price")
    assert pattern.search("at your own peril")
    assert not pattern.search("repay the price of it")


def test_longest_phrase_wins(tmp_path: Path) -> None:
    pattern = load_lexicon("xx", write(tmp_path, "sink\n", "red line\nred line of ours\n")).phrases["cues"]
    match = pattern.search("a red line of ours")
    assert match
    assert match[0] == "red line of ours"


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("sink\nShell\n", 2, "lower case"),
        ("# note\nsink\n\nsink\n", 4, "line 2"),
        ("hit  back\n", 1, "one space"),
        ("# nothing\n", None, "no entries"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, body: str, line: int | None, words: str) -> None:
    with pytest.raises(DataFileError, match=words) as caught:
        load_lexicon("xx", write(tmp_path, body))
    assert caught.value.file.endswith("cues.txt")
    assert caught.value.line == line


def test_missing_language_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="no lexicon files"):
        load_lexicon("yy", tmp_path)
