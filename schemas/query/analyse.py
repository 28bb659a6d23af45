"""The one analyser: cuts text into the words that both indexes hold, the matcher compares and queries ask for.

It looks at a word's script, never at a record's language:

- Case and accents are folded, compatibility forms too (``Ｆ`` is ``f``), and the letters that have no accent apart
  (``ł``, ``ø``, ``ı``, ...). Invisible formatting characters (soft hyphens, direction marks) are nothing at all.
- The apostrophes U+0027, U+2018, U+2019, U+02BB, U+02BC and U+FF07 are one and join: ``Sana'a`` is one word. A French
  or Italian article before one comes off (``l'Iran`` is ``iran``); so does a possessive behind one (``Kenya's``).
- Dotted initials are one word without dots (``U.S.`` is ``us``); a point or comma between digits stays (``3.5``).
- Everything else that is no letter, digit or mark parts words: ``S-400`` is the two words ``s 400``.
- Chinese, Japanese and Korean become overlapping pairs of characters; one that stands alone is itself.
- Words are cut at 255 characters.

No word holds white space, a control character or punctuation other than apostrophe, point and comma, so that SQLite's
``ascii`` tokenizer (with punctuation as token characters) and Elasticsearch's ``whitespace`` keep each as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from schemas.query.stems import stem

LONGEST = 255

_CJK = "\u1100-\u11ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_CJK += "\uff66-\uff9f\U00020000-\U0003ffff"
_WORD = f"[^ .,'{_CJK}]"
_LETTER = rf"[^ .,'\d{_CJK}]"
_PLAIN = rf"{_WORD}+(?:(?<=\d)[.,](?=\d){_WORD}+)*"
_TOKEN = re.compile(
    rf"(?P<cjk>[{_CJK}]+)"
    rf"|(?<![^ ,'])(?P<initials>{_LETTER}(?:\.{_LETTER})+)(?!{_WORD})(?:\.?'{_WORD}+)?"
    rf"|{_PLAIN}(?:'{_PLAIN})*"
)
_POSSESSIVE = re.compile(r"(?<=.)(?:'s)+\Z")
_ELISION = re.compile(r"(?:(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|dall?|dell|nell|sull|all|coll|un|quell)')+(?=.)")

_CHUNK = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")
_ASCII = {code: chr(code).lower() if chr(code).isalnum() or chr(code) in "'.," else " " for code in range(128)}
_APOSTROPHES = "'‘’ʼʻ＇"
_WITHOUT_ACCENT_APART = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ـ": None}
)
_CHANGES_THE_LETTER = (7, 8, 9)  # the combining classes of nukta, kana voicing and virama
_HALF_WIDTH_VOICING = "ﾞﾟ"
_ZERO_WIDTH_SPACE = "\u200b"


class Token(NamedTuple):
    """A word as it is indexed, and the characters ``start`` to ``end`` (exclusive) of the text that it stands for."""

    text: str
    start: int
    end: int


def words(text: str) -> list[Token]:
    """The words of ``text`` as they are sought: folded, and without possessive and light endings."""
    return [Token(stem(token.text), token.start, token.end) for token in _tokens(text, possessive=False)]


def folded(text: str) -> list[Token]:
    """The words of ``text`` folded only, for ``word*``."""
    return list(_tokens(text, possessive=True))


def fold(text: str) -> str:
    """``text`` in folded case, without accents and with one kind of apostrophe; all else as it stands."""
    return "".join(_fold(text[start:end]) for start, end in _clusters(text))


def _tokens(text: str, *, possessive: bool) -> Iterator[Token]:
    plain, starts, ends = _flatten(text)
    for match in _TOKEN.finditer(plain):
        start, end = match.span()
        if match["cjk"]:
            for at in range(start, max(end - 1, start + 1)):
                stop = min(at + 2, end)
                yield Token(plain[at:stop], starts[at], ends[stop - 1])
            continue
        end = start + len(plain[start : min(end, start + LONGEST)].rstrip("'.,"))
        if not possessive and (found := _POSSESSIVE.search(plain, start, end)):
            end = found.start()
        if found := _ELISION.match(plain, start, end):
            start = found.end()
        word = plain[start:end]
        yield Token(word.replace(".", "") if match["initials"] else word, starts[start], ends[end - 1])


def _flatten(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """``text`` folded, a blank for all that parts words, and where each character of it starts and ends in ``text``."""
    if text.isascii():
        return text.translate(_ASCII), range(len(text)), range(1, len(text) + 1)
    plain: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for chunk in _CHUNK.finditer(text):
        if chunk[0].isascii():
            plain.append(chunk[0].translate(_ASCII))
            starts.extend(range(chunk.start(), chunk.end()))
            ends.extend(range(chunk.start() + 1, chunk.end() + 1))
            continue
        for start, end in _clusters(chunk[0]):
            letters = _letters(chunk[0][start:end])
            plain.append(letters)
            starts.extend([chunk.start() + start] * len(letters))
            ends.extend([chunk.start() + end] * len(letters))
            if not letters and ends:  # a mark that goes belongs to the letter before it
                ends[-1] = chunk.start() + end
    return "".join(plain), starts, ends


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each character of ``text`` together with the marks on it."""
    start = 0
    for at in range(1, len(text)):
        if not _joins(text[at]):
            yield start, at
            start = at
    if text:
        yield start, len(text)


@lru_cache(maxsize=65_536)
def _letters(cluster: str) -> str:
    """What ``cluster`` is within a word: its letters, an apostrophe, nothing, or a blank where it parts words."""
    letters = _fold(cluster)
    return letters if letters == "'" or all(map(_in_word, letters)) else " "


@lru_cache(maxsize=65_536)
def _fold(cluster: str) -> str:
    if cluster[0] in _APOSTROPHES:
        return "'"
    if not _in_word(cluster[0]):
        return "" if _joins(cluster[0]) else cluster[0]
    letters = _without_marks(_without_marks(cluster).casefold())
    letters = unicodedata.normalize("NFC", letters.translate(_WITHOUT_ACCENT_APART))
    return letters if all(map(_in_word, letters)) else cluster[0]


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not _joins(c) or unicodedata.combining(c) in _CHANGES_THE_LETTER)


@lru_cache(maxsize=65_536)
def _joins(character: str) -> bool:
    """Whether ``character`` is a mark on the letter before it, or not seen at all."""
    return (
        unicodedata.combining(character) != 0
        or unicodedata.category(character) == "Me"
        or "\ufe00" <= character <= "\ufe0f"
        or character in _HALF_WIDTH_VOICING
        or (unicodedata.category(character) == "Cf" and character != _ZERO_WIDTH_SPACE)
    )


def _in_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"
