"""The one analyser: cuts text into the words that both indexes hold, the matcher compares and queries ask for.

It looks at a word's script, never at a record's language:

- Case and accents are folded, compatibility forms too (``Ｆ`` is ``f``), and the letters that have no accent apart
  (``ł``, ``ø``, ``ı``, ...). Invisible formatting characters (soft hyphens, direction marks) are nothing at all.
- The apostrophes U+0027, U+2018, U+2019, U+02BB, U+02BC and U+FF07 are one and join: ``Sana'a`` is one word. A French
  or Italian article before one comes off (``l'Iran`` is ``iran``); so does a possessive behind one (``Kenya's``).
- Dotted initials are one word without dots (``U.S.`` is ``us``); a point or comma between digits stays (``3.5``).
- Everything else that is no letter, digit or mark parts words: ``S-400`` is the two words ``s 400``.
- Chinese, Japanese and Korean become overlapping pairs of characters; one that stands alone is itself.
- Words are cut at 255 characters of UTF-16, as Elasticsearch counts them.

No word holds white space, a control character or punctuation other than apostrophe, point and comma, so that SQLite's
``ascii`` tokenizer (with punctuation as token characters) and Elasticsearch's ``whitespace`` keep each as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
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

_JOIN_WITHIN = ("'", ".", ",")
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


class Term(NamedTuple):
    """A word as ``words`` has it, and as ``folded`` has it."""

    word: str
    whole: str


def words(text: str) -> list[Token]:
    """The words of ``text`` as they are sought: folded, and without possessive and light endings."""
    return [Token(cut.term.word, start, end) for cut, start, end, _ in _placed(text)]


def folded(text: str) -> list[Token]:
    """The words of ``text`` folded only, for ``word*``."""
    return [Token(cut.term.whole, start, end) for cut, start, _, end in _placed(text)]


def terms(text: str) -> list[Term]:
    """Each word of ``text`` as ``words`` and as ``folded`` have it, without its place, which is far quicker."""
    plain = text.translate(_FLAT)
    if _IRREGULAR in plain:
        plain = _flatten(text)[0]
    stretches = plain.split()
    known = max(map(len, stretches), default=0) <= _LONGEST_KNOWN
    return list(chain.from_iterable(map(_known_terms if known else _terms, stretches)))


def _placed(text: str) -> Iterator[tuple[_Cut, int, int, int]]:
    """Each word of ``text``, where it starts in it, and where it ends as ``words`` and as ``folded`` have it."""
    plain, starts, ends = _flatten(text)
    for stretch in _STRETCH.finditer(plain):
        first = stretch.start()
        for cut in _cuts(stretch.group()):
            yield cut, starts[first + cut.start], ends[first + cut.bare - 1], ends[first + cut.end - 1]


class _Cut(NamedTuple):
    """A word, where it starts in its stretch, and where it ends there as ``words`` and as ``folded`` have it."""

    term: Term
    start: int
    bare: int
    end: int


def _cuts(stretch: str) -> Iterator[_Cut]:
    """The words of ``stretch``, which is flat and has no blank."""
    return (cut for match in _TOKEN.finditer(stretch) for cut in _cut(stretch, match))


def _terms(stretch: str) -> tuple[Term, ...]:
    return tuple(cut.term for cut in _cuts(stretch))


# Texts are made of much the same stretches; those too long to be met again would only take memory.
_known_terms = lru_cache(maxsize=65_536)(_terms)
_LONGEST_KNOWN = 32


def _cut(plain: str, match: re.Match[str]) -> Iterator[_Cut]:
    start, end = match.span()
    if match.lastgroup == "cjk":
        for at in range(start, max(end - 1, start + 1)):
            stop = min(at + 2, end)
            yield _Cut(Term(plain[at:stop], plain[at:stop]), at, stop, stop)
        return
    if end - start > LONGEST // 2:
        end = start + len(_shortened(plain[start:end]))
    start, bare = _bared(plain, start, end)
    whole, word = plain[start:end], plain[start:bare]
    if match.lastgroup == "initials":
        whole, word = whole.replace(".", ""), word.replace(".", "")
    yield _Cut(Term(stem(word), whole), start, bare, end)


def fold(text: str) -> str:
    """``text`` in folded case, without accents and with one kind of apostrophe; all else as it stands."""
    if text.isascii():
        return text.lower()
    return "".join(_fold(text[start:end]) for start, end in _clusters(text, 0, len(text)))


def _shortened(word: str) -> str:
    """``word``, or as much of it as is not too long."""
    units = word.encode("utf-16-le")
    return word if len(units) <= 2 * LONGEST else units[: 2 * LONGEST].decode("utf-16-le", "ignore").rstrip("'.,")


def _bared(plain: str, start: int, end: int) -> tuple[int, int]:
    """Where the word from ``start`` to ``end`` starts without an article before it, and ends without a possessive."""
    if plain.find("'", start, end) < 0:
        return start, end
    if found := _POSSESSIVE.search(plain, start, end):
        end = found.start()
    if found := _ELISION.match(plain, start, end):
        start = found.end()
    return start, end


def _flatten(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """``text`` folded, a blank for all that parts words, and where each character of it starts and ends in ``text``."""
    plain = text.translate(_FLAT)
    if _IRREGULAR not in plain:
        return plain, range(len(text)), range(1, len(text) + 1)
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for stretch in _IRREGULAR_STRETCH.finditer(plain):
        parts.append(plain[done : stretch.start()])
        starts.extend(range(done, stretch.start()))
        ends.extend(range(done + 1, stretch.start() + 1))
        for start, end in _clusters(text, stretch.start(), stretch.end()):
            letters = _letters(text[start:end])
            parts.append(letters)
            starts.extend([start] * len(letters))
            ends.extend([end] * len(letters))
        done = stretch.end()
    parts.append(plain[done:])
    starts.extend(range(done, len(text)))
    ends.extend(range(done + 1, len(text) + 1))
    return "".join(parts), starts, ends


def _clusters(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Start and end of each character between ``first`` and ``last`` together with the marks on it."""
    start = first
    for at in range(first + 1, last):
        if not _joins(text[at]):
            yield start, at
            start = at
    if first < last:
        yield start, last


@lru_cache(maxsize=65_536)
def _letters(cluster: str) -> str:
    """What ``cluster`` is within a word: letters, a mark that may join, nothing, or a blank where it parts words."""
    letters = _fold(cluster)
    return letters if letters in _JOIN_WITHIN or all(map(_in_word, letters)) else " "


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


class _Flat(dict[int, str]):
    """For ``str.translate``: each character as ``_letters`` has it, where it is one for one and bears no marks."""

    def __missing__(self, code: int) -> str:
        letters = _IRREGULAR if _joins(chr(code)) else _letters(chr(code))
        return self.setdefault(code, letters if len(letters) == 1 else _IRREGULAR)


_FLAT = _Flat()
_IRREGULAR = "\0"
_STRETCH = re.compile(r"[^ ]+")
_IRREGULAR_STRETCH = re.compile(r"[^\0]?\0+")
