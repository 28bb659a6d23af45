"""Finds the boilerplate within an article's text: lines that its page put there and nobody wrote as news.

Three kinds are found: lines of ``boilerplate.txt``; a pointer to another article within a line (``READ ALSO: ...`` to
the end of its sentence); and a line that repeats the title or an earlier line. Noise is given as spans; the text stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from schemas.errors import DataFileError
from schemas.records import Article, Span

_BOILERPLATE = Path(__file__).parent / "boilerplate.txt"
_LINE = re.compile(r"[^\n]+")
_EDGES = " \t\r\u00a0*•|>»-–—:.[]()"
_POINTER = re.compile(
    r"(?<=[.!?…\"”’]\s)(?:READ (?:ALSO|MORE|NEXT)|ALSO READ|SEE ALSO|RELATED|Read (?:also|more)|Also read)\s?:[^\n]*?"
    r"(?:[.!?](?=\s)|$)",
    re.MULTILINE,
)
_BARE_DATE = re.compile(
    r"(?:date|updated|published|posted)?\W*\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?", re.IGNORECASE
)
_REPEATABLE = 25
"""A line of fewer characters than this may stand twice and mean it ("Yes.")."""


class NoiseFinder:
    """Knows the boilerplate and finds it in articles."""

    def __init__(self, file: Path = _BOILERPLATE) -> None:
        """Read the lines of ``file``.

        Raises:
            DataFileError: a line of it says nothing, or would match every line.
        """
        whole: set[str] = set()
        beginnings: list[str] = []
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip() or line.startswith("#"):
                continue
            entry = line.strip().casefold()
            if not entry.rstrip("*").strip():
                raise DataFileError(str(file), number, "words are missing before *")
            if entry.endswith("*"):
                beginnings.append(entry[:-1])
            else:
                whole.add(entry)
        self._whole = frozenset(whole)
        self._beginnings = tuple(beginnings)

    def find(self, article: Article) -> tuple[Span, ...]:
        """The noise in the text of ``article``, in order, none overlapping another."""
        text = article.text or ""
        seen = {_plain(article.title)} if article.title else set()
        return tuple(Span(field="text", start=start, end=end) for start, end in self._find(text, seen))

    def _find(self, text: str, seen: set[str]) -> Iterator[tuple[int, int]]:
        for line in _LINE.finditer(text):
            plain = _plain(line.group())
            if plain in seen or self._is_boilerplate(line.group().strip(_EDGES).casefold()):
                yield line.span()
                continue
            if len(plain) >= _REPEATABLE:
                seen.add(plain)
            yield from (pointer.span() for pointer in _POINTER.finditer(text, *line.span()))

    def _is_boilerplate(self, line: str) -> bool:
        return line in self._whole or line.startswith(self._beginnings) or _BARE_DATE.fullmatch(line) is not None


def _plain(line: str) -> str:
    return " ".join(line.split()).strip(_EDGES).casefold()
