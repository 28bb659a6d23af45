"""Finds the quotations of a text, whatever marks it uses.

Rules:
- Marks form families: double (``"`` ``“ ” „``), guillemets (``« »``, also ``» «``), single (``' ‘ ’ ‚``), and the
  corner brackets. A quotation is opened and closed within one family, so ``„…“``, ``“…"`` and ``”…”`` all hold.
- A mark opens where white space, a bracket, a dash or another mark stands before it and a word after it; it closes
  where a word or a stop stands before it and no word after it. Where the spaces do not tell (``« mots »``), the
  shape of the mark does.
- Apostrophes (``don't``, ``'90s``, ``soldiers'``) and inch marks (``12"``) are none. ``s'`` and ``12"`` inside a
  quotation close it only if no better closing mark follows.
- No quotation crosses a line break. One that is not closed ends with its paragraph; if another is opened before, with
  its own sentence. An unclosed single mark counts only where a quotation can be expected: at the start of a
  paragraph, or after a comma or colon.
- Quotations inside a quotation are part of it and not given apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Quotation(NamedTuple):
    """The words ``start`` to ``end`` (exclusive) between two marks, without the marks and the space beside them.

    ``opening`` is the opening mark; ``closed`` is False where the closing mark is missing.
    """

    start: int
    end: int
    opening: str
    closed: bool


_FAMILY: dict[str, str] = (
    dict.fromkeys('"“”„‟＂', "double")
    | dict.fromkeys("«»‹›", "guillemets")
    | dict.fromkeys("'‘’‚‛`", "single")
    | dict.fromkeys("「」『』", "corner")
)
_OPENING = frozenset("“„‘‚«‹「『")
_CLOSING = frozenset("”’»›」』")
_MARK = re.compile(f"[{re.escape(''.join(_FAMILY))}]")
_PARAGRAPH = re.compile(r"[^\n\r\u2028\u2029]+")
_ELISION = re.compile(r"(?:\d\ds?|s|t|em|tis|twas|til|cause|round|bout|n)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…](?=\s|$)")


def quotations(text: str) -> list[Quotation]:
    """The outermost quotations of ``text``, in order, none overlapping another."""
    found = (q for paragraph in _PARAGRAPH.finditer(text) for q in _of_paragraph(text, *paragraph.span()))
    return [trimmed for q in found if (trimmed := _trim(text, q)).start < trimmed.end]


def _of_paragraph(text: str, begin: int, end: int) -> Iterator[Quotation]:
    marks = [m.start() for m in _MARK.finditer(text, begin, end)]
    opened: int | None = None
    for number, at in enumerate(marks):
        if opened is None:
            if _opens(text, at, begin, end):
                opened = at
        elif _FAMILY[text[at]] == _FAMILY[text[opened]]:
            if _closes(text, at, end) and not _better_follows(text, marks[number:], begin, end):
                yield Quotation(opened + 1, at, text[opened], True)
                opened = None
            elif _opens(text, at, begin, end) and not _nests(text, opened, at):
                yield from _unclosed(text, opened, at, begin)
                opened = at
    if opened is not None:
        yield from _unclosed(text, opened, end, begin)


def _trim(text: str, found: Quotation) -> Quotation:
    inside = text[found.start : found.end]
    start = found.start + len(inside) - len(inside.lstrip())
    return found._replace(start=start, end=start + len(inside.strip()))


def _opens(text: str, at: int, begin: int, end: int) -> bool:
    mark = text[at]
    before = text[at - 1] if at > begin else " "
    after = text[at + 1] if at + 1 < end else " "
    if _is_word(before):
        return False
    if _FAMILY[mark] == "single" and mark in "'’`‘" and _ELISION.match(text, at + 1):
        return False
    if mark in "«‹" and after.isspace():
        return True
    if after.isspace() or after in ",.;:!?)]":
        return False
    return before.isspace() or before in "([{-–—/…:,¿¡" or before in _FAMILY or mark in _OPENING


def _closes(text: str, at: int, end: int) -> bool:
    mark = text[at]
    before = text[at - 1]
    after = text[at + 1] if at + 1 < end else " "
    if _is_word(after):
        return mark in "”»" and not before.isspace()
    if before.isspace():
        return mark in "”»›" or (mark in '"“' and (after.isspace() or after in ",.;:!?)"))
    return True


def _better_follows(text: str, marks: list[int], begin: int, end: int) -> bool:
    """Whether the first of ``marks`` may be a plural's apostrophe or an inch mark, and a later one closes for sure."""
    at = marks[0]
    family = _FAMILY[text[at]]
    before, rest = text[at - 1], text[at + 1 : at + 3]
    doubtful = (family == "single" and before in "sSzZ") or (family == "double" and before.isdigit())
    if not doubtful or not re.match(r"\s\w", rest):
        return False
    for other in marks[1:]:
        if _FAMILY[text[other]] == family:
            if _opens(text, other, begin, end):
                return False
            if _closes(text, other, end):
                return True
    return False


def _nests(text: str, opened: int, at: int) -> bool:
    """Whether a mark of the same family but another shape opens a quotation within the one opened before."""
    return text[opened] != text[at] and text[opened] in "„“«" and text[at] in '"„‹'


def _unclosed(text: str, opened: int, limit: int, begin: int) -> Iterator[Quotation]:
    if _FAMILY[text[opened]] == "single":
        before = text[begin:opened].rstrip()
        if text[opened] != "‘" or (before and before[-1] not in ",:"):
            return
    stop = limit
    if limit < len(text) and _MARK.match(text, limit):
        sentence = _SENTENCE_END.search(text, opened, limit)
        stop = sentence.end() if sentence else stop
    yield Quotation(opened + 1, stop, text[opened], False)


def _is_word(character: str) -> bool:
    return character.isalnum()
