"""What the words of a name say about it: titles come off, some kinds of names are none of ours, some tell their type.

``name_words.tsv`` has one word a line (folded), its kind and what follows from it:

- ``title``: comes off the front of a person's name; with the type ``PERSON``, what follows it is a person's name;
- ``first`` / ``last``: a name with this first or last word has this type (``drop``: is no entity: treaties, weapons);
- ``sure``: like ``last``, and no last name of people ("Airport");
- ``noun``: in lower case after a name it belongs to it, and the whole has this type ("Visby airport");
- ``near``: what stands before such a noun is likely a place;
- ``generic``: a name of nothing but such words is no name ("the Defence Ministry");
- ``channel``: a platform, no entity where something is merely said "on" it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from schemas.errors import DataFileError
from schemas.gazetteer import TYPES, fold

_FILE = Path(__file__).parent / "name_words.tsv"
_KINDS = ("title", "first", "last", "sure", "noun", "near", "generic", "channel")
_WORD = re.compile(r"[^\W_](?:[\w.'’]*\w)?")


class NameWords:
    """The words of ``name_words.tsv``."""

    def __init__(self, file: Path = _FILE) -> None:
        """Read ``file``.

        Raises:
            DataFileError: a line of it is wrong.
        """
        self._of: dict[str, dict[str, str]] = {kind: {} for kind in _KINDS}
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()[1:], start=2):
            word, _, rest = line.partition("\t")
            kind, _, type_ = rest.partition("\t")
            if kind not in _KINDS or type_ not in {*TYPES, "drop", "-"}:
                raise DataFileError(str(file), number, f"wanted: word, one of {', '.join(_KINDS)}, and a type")
            self._of[kind][word] = type_

    def is_title(self, word: str) -> bool:
        """Whether ``word`` can stand in a title before a person's name."""
        return fold(word).rstrip(".") in self._of["title"]

    def heads_person(self, word: str) -> bool:
        """Whether ``word`` is a title that stands right before a person's name ("minister", "Ms", "Gen.")."""
        return self._of["title"].get(fold(word).rstrip(".")) == "PERSON"

    def is_generic(self, word: str) -> bool:
        """Whether ``word`` alone is never a name ("Council", "Monday")."""
        return fold(word) in self._of["generic"]

    def noun_type(self, noun: str) -> str | None:
        """The type of a name that ``noun`` follows as a part of it; None where it is no part."""
        return self._of["noun"].get(noun)

    def follows_place(self, noun: str) -> bool:
        """Whether a name before ``noun`` is likely a place's."""
        return noun in self._of["near"]

    def is_channel(self, name: str) -> bool:
        """Whether ``name`` is a platform on which things are said."""
        return fold(name) in self._of["channel"]

    def type_of(self, name: str, guess: str) -> str | None:
        """The type of ``name``, ``guess`` where its words do not tell; None where it is no entity.

        The last word of what looks like a person's name tells nothing about its type, unless it is nobody's name.
        """
        words = split(name)
        if not words or not any(character.isalpha() and not character.islower() for character in name):
            return None
        if all(word in self._of["generic"] or self.is_title(word) for word in words):
            return None
        first = self._of["first"].get(words[0]) if len(words) > 1 else None
        if guess == "PERSON":
            found = first or (self._of["sure"].get(words[-1]) if len(words) > 1 else None) or guess
            return None if found == "drop" else found
        last = self._of["last"].get(words[-1], self._of["sure"].get(words[-1])) if len(words) > 1 else None
        found = first or last or guess
        return None if found == "drop" else found


def split(name: str) -> tuple[str, ...]:
    """The words of ``name``, folded."""
    return tuple(fold(word) for word in _WORD.findall(name))


def is_short_for(short: Sequence[str], full: Sequence[str]) -> bool:
    """Whether the folded words ``short`` are a person's last name, or family name in front, of ``full``."""
    if len(short) >= len(full) or not short:
        return False
    return tuple(full[-len(short) :]) == tuple(short) or (len(short) == 1 and full[0] == short[0])


def initials(name: str) -> str:
    """The capitals with which the words of ``name`` begin: "African Union" gives "AU"."""
    return "".join(word[0] for word in re.split(r"[\s-]+", name) if word[:1].isupper())
