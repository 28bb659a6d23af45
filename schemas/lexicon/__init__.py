"""The cue lexicons of red-line statements: word classes and phrases as data files, one file a class.

``en/lemmas/CLASS.txt`` holds dictionary forms, ``en/phrases/CLASS.txt`` holds phrases as they stand in a text, in
which a word's last ``*`` stands for any ending and a lone ``*`` for any one or two words. One entry a line, in lower
case; ``#`` begins a comment line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import DataFileError

_FOLDER = Path(__file__).parent
_ENTRY = re.compile(r"[^\s*]+\*?(?: (?:\*|[^\s*]+\*?))*")
_WORD = r"[\w’'-]*"


@dataclass(frozen=True)
class Lexicon:
    """The classes of one language: ``lemmas`` by class, and for each class of ``phrases`` one pattern."""

    lemmas: dict[str, frozenset[str]]
    phrases: dict[str, re.Pattern[str]]


def load_lexicon(language: str = "en", folder: Path = _FOLDER) -> Lexicon:
    """Read the lexicon of ``language``.

    Raises:
        DataFileError: there is no lexicon of it, a class is empty, or an entry is malformed or doubled; it names file
            and line.
    """
    lemmas = {path.stem: frozenset(_entries(path)) for path in _files(folder / language / "lemmas")}
    phrases = {path.stem: _pattern(_entries(path)) for path in _files(folder / language / "phrases")}
    return Lexicon(lemmas, phrases)


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise DataFileError(str(folder), None, "no lexicon files (*.txt) here: reinstall, or name another folder")
    return files


def _entries(path: Path) -> list[str]:
    seen: dict[str, int] = {}
    for number, entry in _lines(path):
        if entry != entry.lower() or not _ENTRY.fullmatch(entry):
            raise DataFileError(str(path), number, f"not an entry in lower case, words apart by one space: {entry!r}")
        if entry in seen:
            raise DataFileError(str(path), number, f"{entry!r} stands in line {seen[entry]} already")
        seen[entry] = number
    if not seen:
        raise DataFileError(str(path), None, "no entries")
    return list(seen)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line


def _pattern(entries: list[str]) -> re.Pattern[str]:
    """One pattern for all ``entries``, longest first, so that a phrase wins over a part of it."""
    alternatives = (r"\s+".join(map(_word, entry.split())) for entry in sorted(entries, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE)


def _word(word: str) -> str:
    if word == "*":
        return r"[\w’'-]+(?:\s+[\w’'-]+)?"
    if word.endswith("*"):
        return re.escape(word[:-1]) + _WORD
    return re.escape(word)
