"""The gazetteer: names that Redline knows, what they are, and for which state, bloc or group they speak.

The data are tab-separated files with a header line, in ``data/`` and in any folder that a user adds. The header says
which of two tables a file is; several values in one cell are separated by ``|``; lines that begin with ``#`` are left
out.

    id  name  aliases  demonyms  capital      a state: itself, its people (NORP) and its capital (GPE)
    id  type  name  aliases  side  role       anything else

A name of at most three letters, all of them capitals (``US``, ``UN``, ``EU``), is met only when written so, since
``us`` is a word. A user's file may give an alias that Redline already has to another entry; within one folder an alias
belongs to one entry.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from schemas.errors import DataFileError

DATA = Path(__file__).parent / "data"
STATE_COLUMNS = ("id", "name", "aliases", "demonyms", "capital")
ENTRY_COLUMNS = ("id", "type", "name", "aliases", "side", "role")
TYPES = frozenset({"PERSON", "GPE", "ORG", "LOC", "EVENT", "NORP", "FAC"})

_REMEMBERED = 1 << 16
"""Names come again and again: so many of them are folded once."""
_UNDECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "ı": "i", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "’": "'"})
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$", re.IGNORECASE)
_ARTICLE = re.compile(r"^the\s+", re.IGNORECASE)
_HYPHENS_AND_SPACE = re.compile(r"[\s‐‑–-]+")
_DOTS_OF_INITIALS = re.compile(r"(?<=\b[A-Za-z])\.")


@dataclass(frozen=True)
class Entry:
    """One known thing. ``side`` is the English name of the state, bloc or group that it speaks for (None: nobody's).

    ``aliases`` are all names that lead to it, its ``name`` first; ``role`` is "President of Russia" and the like.
    """

    id: str
    name: str
    type: str
    aliases: tuple[str, ...]
    side: str | None = None
    role: str | None = None


class Gazetteer:
    """All entries, found by any of their names."""

    def __init__(self, entries: Sequence[Entry], names: Mapping[str, Entry]) -> None:
        """``names`` leads from the key of each alias (see ``name_key``) to its entry."""
        self.entries = tuple(entries)
        self._names = names

    def lookup(self, name: str) -> Entry | None:
        """The entry that ``name`` means, None where it is unknown.

        Case, accents, a leading "the", a possessive ending and hyphens make no difference; nor does the plural of
        a people ("Russians").
        """
        bare = _POSSESSIVE.sub("", name.strip())
        entry = self._names.get(name_key(bare))
        if entry is None and bare.endswith("s"):
            people = self._names.get(name_key(bare[:-1]))
            return people if people is not None and people.type == "NORP" else None
        return entry


@lru_cache(maxsize=_REMEMBERED)
def name_key(name: str) -> str:
    """``name`` as it is compared: folded, but for capitals of at most three letters ("US"), which stay as they are."""
    plain = _ARTICLE.sub("", _HYPHENS_AND_SPACE.sub(" ", _DOTS_OF_INITIALS.sub("", name)).strip())
    if len(plain) <= 3 and plain.isalpha() and plain.isupper():
        return plain
    return fold(plain)


@lru_cache(maxsize=_REMEMBERED)
def fold(text: str) -> str:
    """``text`` without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_UNDECOMPOSED))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def load_gazetteer(folders: Sequence[Path] = ()) -> Gazetteer:
    """Read the built-in data, then the ``*.tsv`` files of ``folders``; later folders win where names meet.

    Raises:
        DataFileError: a folder or a line is wrong; it names file and line.
    """
    entries: dict[str, Entry] = {}
    names: dict[str, Entry] = {}
    for folder in (DATA, *folders):
        files = sorted(folder.glob("*.tsv"))
        if not files:
            raise DataFileError(str(folder), None, "no such folder, or no .tsv file in it; check gazetteer_folders")
        taken: dict[str, Entry] = {}
        for file in files:
            for line, entry in _read(file):
                _take(taken, entry, file, line)
                entries[entry.id] = entry
        names |= taken
    return Gazetteer(tuple(entries.values()), names)


def _take(taken: dict[str, Entry], entry: Entry, file: Path, line: int) -> None:
    for alias in entry.aliases:
        owner = taken.setdefault(name_key(alias), entry)
        if owner is not entry:
            raise DataFileError(str(file), line, f"{alias!r} already leads to {owner.name!r} ({owner.id})")


def _read(file: Path) -> Iterator[tuple[int, Entry]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(str(file), None, f"cannot be read: {error}") from error
    header = tuple(lines[0].split("\t")) if lines else ()
    if header not in (STATE_COLUMNS, ENTRY_COLUMNS):
        raise DataFileError(str(file), 1, f"the first line must name {STATE_COLUMNS} or {ENTRY_COLUMNS}, tab-separated")
    build = _state if header == STATE_COLUMNS else _entry
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip() or line.startswith("#"):
            continue
        cells = tuple(cell.strip() for cell in line.split("\t"))
        if len(cells) != len(header):
            raise DataFileError(str(file), number, f"{len(cells)} columns instead of {len(header)}")
        row = dict(zip(header, cells, strict=True))
        if not row["id"] or not row["name"]:
            raise DataFileError(str(file), number, "id and name must not be empty")
        try:
            yield from ((number, entry) for entry in build(row))
        except ValueError as error:
            raise DataFileError(str(file), number, str(error)) from error


def _state(row: Mapping[str, str]) -> Iterator[Entry]:
    code, name = row["id"], row["name"]
    yield Entry(code, name, "GPE", (name, *_values(row["aliases"])), side=name)
    if demonyms := _values(row["demonyms"]):
        yield Entry(f"{code}-people", demonyms[0], "NORP", demonyms, side=name)
    if capital := _values(row["capital"]):
        yield Entry(f"{code}-capital", capital[0], "GPE", capital, side=name)


def _entry(row: Mapping[str, str]) -> Iterator[Entry]:
    if row["type"] not in TYPES:
        raise ValueError(f"type {row['type']!r} is none of {', '.join(sorted(TYPES))}")
    aliases = (row["name"], *_values(row["aliases"]))
    yield Entry(row["id"], row["name"], row["type"], aliases, row["side"] or None, row["role"] or None)


def _values(cell: str) -> tuple[str, ...]:
    return tuple(value.strip() for value in cell.split("|") if value.strip())
