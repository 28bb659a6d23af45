"""Sentence boundaries by rule, set before the parser, which decides only where the rules cannot.

Rules, for every token but the first of a text:
- a paragraph (line break) always begins a sentence, and so does what follows a dateline (``BEIRUT (Agency) -``), which
  a parser would take for a part of the subject;
- within a quotation none begins, so that evidence never tears what was said;
- otherwise a sentence begins only after a stop (``. ! ? …``), with the closing marks that follow it, and only at a
  word that can begin one: a capital, a digit, an opening mark;
- not after an initial or a title before a name (``Lt. Gen. Mark A. Rowland``), nor after an abbreviation that goes on
  to a number (``No. 2``, ``Nov. 3``);
- not after ``!"`` or ``?"`` before a name and a verb of saying (``"Never!" Petrov said``);
- after an abbreviation that can also end a sentence (``Inc.``, ``U.S.``, ``p.m.``) the parser decides.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from pipelines.reading.quotes import Quotation, quotations
from schemas.errors import DataFileError

DATELINE = re.compile(
    r"(?:[A-Z][A-ZÅÄÖÜÉ'’ ./-]{2,}(?:, [\w. ]{2,40}){0,3}(?: ?\([^)]{1,30}\))?"
    r"|[A-Z][\w'’ ./-]{2,30}(?:, [\w. ]{2,40}){0,2} ?\([A-Z][^)]{1,30}\))"
    r"(?:\.-| ?--| ?—| [-–]) ?"
)
"""Where and when a report was written, and by which agency, before its first words."""
_ABBREVIATIONS = Path(__file__).parent / "abbreviations.tsv"
_KINDS = ("name", "number", "open")
_CLOSERS = "\"'”’“‘»›)]}』」"
_STOP = re.compile(rf"[.!?…。！？](?:\s?[{re.escape(_CLOSERS)}])*$")
_QUOTED_STOP = re.compile(r"[!?]\s?[\"'”’“»›]+$")
_ATTRIBUTION = re.compile(
    r"(?:[^\W\d_][\w.’'-]*\s+){1,5}"
    r"(?:said|says|asked|asks|told|tells|wrote|writes|added|adds|replied|warned|declared|shouted|cried|quipped|vowed)\b"
)
_LAST_WORD = re.compile(r"([^\s(\[\"'“‘«„-]+)\.$")
_INITIAL = re.compile(r"(?:[A-Z]\.)*[A-Z]$")
_LOWER_NAME = re.compile(r"(?:al|el|ad|as|ash|an|ar)-[A-Z]")
_MARK = {True: 1, False: -1, None: 0}
"""What spaCy stores for a token that begins a sentence, for one that must not, and for one left to the parser."""
_BREAK = re.compile(r"[\n\r\u2028\u2029]")


@Language.factory("sentence_rules")
def make_sentence_rules(nlp: Language, name: str) -> SentenceRules:  # noqa: ARG001 - spaCy names both
    """The component for a spaCy pipeline; it takes no settings."""
    return SentenceRules()


class SentenceRules:
    """Sets ``is_sent_start`` of the tokens of a Doc: True, False, or None for the parser to decide."""

    def __init__(self) -> None:
        self._abbreviations = _load_abbreviations(_ABBREVIATIONS)

    def __call__(self, doc: Doc) -> Doc:
        """Mark the boundaries in ``doc`` and return it."""
        text = doc.text
        quoted = quotations(text)
        starts = [quotation.start for quotation in quoted]
        marks = []
        fresh = True
        dateline_end = 0
        for token in doc:
            if token.is_space:
                marks.append(_MARK[fresh])
                fresh = fresh or _BREAK.search(token.text) is not None
            elif fresh:
                marks.append(_MARK[True])
                dateline = DATELINE.match(text, token.idx)
                dateline_end = dateline.end() if dateline else 0
                fresh = False
            elif token.idx < dateline_end:
                marks.append(_MARK[False])
                fresh = token.idx + len(token.text_with_ws) >= dateline_end
            elif _within(quoted, starts, token.idx):
                marks.append(_MARK[False])
            else:
                marks.append(_MARK[self._begins(text, token.idx)])
        # All at once: setting one token's is_sent_start looks through the whole Doc.
        column: Any = np.array(marks, dtype=np.int64).astype(np.uint64)
        return doc.from_array(["SENT_START"], column)

    def _begins(self, text: str, at: int) -> bool | None:
        """Whether a sentence begins at ``at``; None where the parser should say."""
        before = text[max(0, at - 60) : at].rstrip()
        if not _STOP.search(before) or not _can_begin(text, at):
            return False
        if _QUOTED_STOP.search(before) and _ATTRIBUTION.match(text, at):
            return False
        word = _LAST_WORD.search(before)
        return True if word is None else self._begins_after(word.group(1), text[at])

    def _begins_after(self, word: str, following: str) -> bool | None:
        if _INITIAL.match(word):
            return False if len(word) == 1 and following.isupper() else None
        kind = self._abbreviations.get(word.casefold())
        if kind == "name":
            return False
        if kind == "number":
            return not following.isdigit()
        return None if kind == "open" else True


def _can_begin(text: str, at: int) -> bool:
    first = text[at]
    if first in _CLOSERS:
        # The same mark may open: it does where a space stands before it and a word after it.
        return text[at - 1].isspace() and text[at + 1 : at + 2].isalnum()
    if first.islower():
        return _LOWER_NAME.match(text, at) is not None
    return first.isalnum() or first in "“„«‘¿¡([—–-$€£"


def _within(quoted: list[Quotation], starts: list[int], at: int) -> bool:
    number = bisect_right(starts, at) - 1
    return number >= 0 and at < quoted[number].end


def _load_abbreviations(file: Path) -> dict[str, str]:
    """Abbreviations without their stop, folded, each with its kind: before a ``name``, a ``number``, or ``open``."""
    table: dict[str, str] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        word, _, kind = line.partition("\t")
        if kind not in _KINDS or not word:
            raise DataFileError(str(file), number, f"wanted: an abbreviation, a tab, and one of {', '.join(_KINDS)}")
        table[word.casefold()] = kind
    return table
