"""Where somebody with a name is likely from: ``name_origins.tsv`` says how names of each country sound."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from schemas.errors import DataFileError

ORIGINS = Path(__file__).parent / "name_origins.tsv"
_HEADER = "pattern\tsides"


class _Sound(NamedTuple):
    """Words that begin with, end with or are one of the patterns, and whose names have them."""

    words: frozenset[str]
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    sides: frozenset[str]


@cache
def likely_sides(name: str) -> frozenset[str]:
    """The sides whose people bear names that sound like ``name``; all of those that any of its words sounds like."""
    words = [*name.lower().split(), *_plain(name).split()]
    return frozenset(side for sound in load() if any(_fits(word, sound) for word in words) for side in sound.sides)


def _fits(word: str, sound: _Sound) -> bool:
    return word in sound.words or word.startswith(sound.starts) or (len(word) > 3 and word.endswith(sound.ends))


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name.lower())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


@cache
def load(file: Path = ORIGINS) -> tuple[_Sound, ...]:
    """The sounds in ``file``.

    Raises:
        DataFileError: it cannot be read, or a line is no pattern with sides.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError as error:
        raise DataFileError(str(file), None, f"cannot be read: {error.strerror}") from error
    return tuple(_sounds(str(file), lines))


def _sounds(file: str, lines: list[str]) -> Iterator[_Sound]:
    for number, line in enumerate(lines, start=1):
        if line.startswith("#") or line == _HEADER:
            continue
        patterns, tab, sides = line.partition("\t")
        if not tab or not patterns or not sides:
            raise DataFileError(file, number, f"not patterns, a tab and sides: {line!r}")
        told = patterns.split("|")
        yield _Sound(
            words=frozenset(one for one in told if "-" not in one),
            starts=tuple(one.removesuffix("-") for one in told if one.endswith("-")),
            ends=tuple(one.removeprefix("-") for one in told if one.startswith("-")),
            sides=frozenset(sides.split("|")),
        )
