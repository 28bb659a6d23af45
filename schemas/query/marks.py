"""Evens out the marks of a query before it is parsed, and refuses those that stand wrong, at their position.

What comes out is as long as what went in, so that a position in one is the same position in the other: curly and
angled quotation marks become straight, ``!x`` becomes ``-x``, and the colon in a time's zone becomes ``：``.
"""

from __future__ import annotations

import re

from schemas.errors import QueryError

DEEPEST = 20
"""How many brackets may be open at once."""

_QUOTATION_MARKS = '"“”„‟＂«»'
_CLOSES = {"(": ")", "[": "]}", "{": "]}"}
_BEFORE_A_WORD = "()[]{}:~"
_AT_ITS_START = "+-!<>"
_ZONE = re.compile(r"(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?[+-]\d\d):(?=\d\d)")
_DISTANCE = re.compile(r"\d+(?![\d.])")


def even_out(query: str) -> str:
    """``query`` with one kind of each mark.

    Raises:
        QueryError: quotation marks or brackets do not pair, or a mark has no meaning in this language.
    """
    return _ZONE.sub(r"\1：", "".join(_Scan(query).run()))


class _Scan:
    """One walk over a query, outside in."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._open: list[int] = []
        self._quote: int | None = None
        self._between_words = True

    def run(self) -> list[str]:
        marks: list[str] = []
        escaped = False
        for at, mark in enumerate(self._query):
            if escaped:
                escaped = False
            elif mark == "\\":
                escaped = True
                self._between_words = False
            elif mark in _QUOTATION_MARKS:
                mark = self._quotation(at)
            elif self._quote is None:
                mark = self._outside(at, mark)
                self._between_words = self._stays_between_words(at, mark)
            marks.append(mark)
        if escaped:
            raise self._error("nothing follows the backslash", len(self._query) - 1)
        if self._quote is not None:
            raise self._error("this quotation mark is never closed", self._quote)
        if self._open:
            raise self._error("this bracket is never closed", self._open[-1])
        return marks

    def _quotation(self, at: int) -> str:
        if self._quote is not None:
            self._quote = None
            self._between_words = True
        elif self._between_words:
            self._quote = at
        else:
            raise self._error("a quotation mark within a word: put a space before it", at)
        return '"'

    def _outside(self, at: int, mark: str) -> str:
        if mark in _CLOSES:
            self._open.append(at)
            if len(self._open) > DEEPEST:
                raise self._error(f"more than {DEEPEST} brackets within one another", at)
        elif mark in ")]}":
            if not self._open or mark not in _CLOSES[self._query[self._open.pop()]]:
                raise self._error("this bracket closes none", at)
        elif mark == "~":
            self._proximity(at)
        elif mark == "^":
            raise self._error("`^` has no meaning here: results are not weighted", at)
        elif self._between_words:
            return self._at_the_start(at, mark)
        return mark

    def _at_the_start(self, at: int, mark: str) -> str:
        if mark == "/":
            raise self._error("regular expressions are not supported: put an address in quotation marks", at)
        if mark == "'":
            raise self._error("a phrase stands between double quotation marks", at)
        return "-" if mark == "!" else mark

    def _stays_between_words(self, at: int, mark: str) -> bool:
        if mark in _AT_ITS_START or (mark == "=" and self._query[at - 1 : at] in ("<", ">")):
            return self._between_words
        return mark.isspace() or mark in _BEFORE_A_WORD

    def _proximity(self, at: int) -> None:
        if at == 0 or self._query[at - 1] not in _QUOTATION_MARKS:
            raise self._error('`~` stands only behind a phrase, as in "red line"~5', at)
        if not _DISTANCE.match(self._query, at + 1):
            raise self._error("say how many other words may stand between, as in ~5", at)

    def _error(self, message: str, at: int) -> QueryError:
        return QueryError(message, self._query, at)
