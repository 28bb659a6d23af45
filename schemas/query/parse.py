"""Reads a query as entered into its checked tree, or says what is wrong with it and where.

Syntax (Lucene's, read by luqum)::

    strait closed            both words, in any of the index's fields of words
    strait OR canal          either; OR binds closer than side by side, AND closer than OR
    -x  !x  NOT x            not x, beside something that is wanted
    "red line"               a phrase; also every word that is several to the analyser (S-400)
    "red line"~5             all of the words in any order, at most 5 others in between
    missil*                  words that begin so
    side:russia  side:(a OR b)  topic:"NATO expansion"
    published:[2026-11-01 TO now-7d}  confidence:>=0.8  sightings:3

Retracted statements, and claims of which no statement stands, are found only where the query asks ``state:retracted``.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NoReturn

from luqum import tree as luqum
from luqum.exceptions import ParseError
from luqum.thread import parse as parse_syntax

from schemas.errors import QueryError
from schemas.query.analyse import folded, words
from schemas.query.bounds import EVERYTHING, Extent, between, extent
from schemas.query.fields import Field, default_fields, fields_of
from schemas.query.marks import even_out
from schemas.query.names import known_field, known_value
from schemas.query.project import GREATEST_SLOP
from schemas.query.tree import All, Any, Exact, Node, Prefix, Query, Range, Words

_POSITION = re.compile(r"at position (\d+)!?\Z")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_STAR = re.compile(r"(?:\\.|[^*\\])*(?P<mark>\*)", re.DOTALL)
_WILDCARD = re.compile(r"(?:\\.|[^*?\\])*(?P<mark>[*?])", re.DOTALL)
_RETRACTED = Exact("state:retracted", "state", "retracted")


def parse(text: str, index: str) -> Query:
    """The query ``text`` over ``index``, analysed and checked.

    Raises:
        QueryError: it cannot be understood; it carries the position and says what to write instead.
    """
    if not text.strip():
        raise QueryError("the query is empty", text, 0)
    reader = _Reader(text, index)
    root = reader.node(_syntax(text), None)
    state = fields_of(index).get("state")
    if state and "retracted" in state.values and not reader.asks_retracted:
        root = All(parts=(root,), without=(_RETRACTED,))
    return Query(text=text, index=index, root=root)


def _syntax(text: str) -> luqum.Item:
    try:
        return parse_syntax(even_out(text))
    except ParseError as error:
        found = _POSITION.search(str(error))
        at = int(found[1]) if found else len(text)
        what = f"{text[at]!r} cannot stand here" if at < len(text) else "something is missing at the end"
        raise QueryError(what, text, at) from error


def _without_plus(item: luqum.Item) -> luqum.Item:
    """What a ``+`` stands before: side by side, everything is wanted without it."""
    while isinstance(item, luqum.Plus):
        item = item.a
    return item


def _excludes(item: luqum.Item) -> bool:
    return isinstance(item, luqum.Not | luqum.Prohibit)


def _ends(item: luqum.Item) -> tuple[luqum.Item | None, luqum.Item | None]:
    """The two ends of a range, or of a single value; None where it is open."""
    match item:
        case luqum.Range():
            return item.low, item.high
        case luqum.From():
            return item.a, None
        case luqum.To():
            return None, item.a
    return item, item


def _included(item: luqum.Item) -> tuple[bool, bool]:
    """Whether the two ends belong to the range."""
    match item:
        case luqum.Range():
            return item.include_low, item.include_high
        case luqum.From():
            return item.include, True
        case luqum.To():
            return True, item.include
    return True, True


def _unescaped(raw: str) -> str:
    return _ESCAPED.sub(r"\1", raw)


class _Reader:
    """Turns luqum's tree of one query into ours."""

    def __init__(self, text: str, index: str) -> None:
        self._text = text
        self._index = index
        self.asks_retracted = False

    def node(self, item: luqum.Item, field: Field | None) -> Node:
        """``item``, whose words are sought in ``field`` where one is named."""
        item = _without_plus(item)
        match item:
            case luqum.SearchField():
                return self._in_field(item, field)
            case luqum.BaseGroup():
                return self.node(item.expr, field)
            case luqum.OrOperation():
                return Any(tuple(self.node(part, field) for part in item.children))
            case luqum.BaseOperation() | luqum.Not() | luqum.Prohibit():
                return self._all(item, field)
            case luqum.Range() | luqum.OpenRange():
                return self._range(item, field)
        if field is None or field.kind == "words":
            return self._words(item, field)
        if field.kind in ("time", "number"):
            return self._range(item, field)
        return self._exact(item, field)

    def _in_field(self, item: luqum.Item, outer: Field | None) -> Node:
        if outer is not None:
            self._refuse(f"a field within the field {outer.name!r}", item.pos)
        try:
            field = known_field(item.name, self._index)
        except ValueError as error:
            self._refuse(str(error), item.pos)
        return self.node(item.expr, field)

    def _all(self, item: luqum.Item, field: Field | None) -> Node:
        parts: list[Node] = []
        without: list[Node] = []
        for part in (
            _without_plus(part) for part in (item.children if isinstance(item, luqum.BaseOperation) else [item])
        ):
            if _excludes(part):
                excluded = _without_plus(part.a)
                if _excludes(excluded):
                    self._refuse("an exclusion of an exclusion", excluded.pos)
                without.append(self.node(excluded, field))
            else:
                parts.append(self.node(part, field))
        if not parts:
            self._refuse("an exclusion alone: say beside it, in the same brackets, what is wanted", item.pos)
        return parts[0] if len(parts) == 1 and not without else All(tuple(parts), tuple(without))

    def _words(self, item: luqum.Item, field: Field | None) -> Node:
        clause = self._clause(item, field)
        fields = (field.name,) if field else default_fields(self._index)
        if not fields:
            self._refuse(f"{self._index} have no text: name a field, as in state:new", item.pos)
        raw, at = self._raw(item)
        if isinstance(item, luqum.Word) and (mark := _WILDCARD.match(raw)):
            return self._prefix(clause, fields, raw, at, at + mark.start("mark"))
        if mark := _STAR.match(raw):
            self._refuse("`*` within a phrase: it can only end a single word", at + mark.start("mark"))
        tokens = tuple(token.text for token in words(_unescaped(raw)))
        if not tokens:
            self._refuse("there is no word here to seek", item.pos)
        slop = self._slop(item, tokens)
        return Words(clause, fields, tokens, slop if len(tokens) > 1 else None)

    def _prefix(self, clause: str, fields: tuple[str, ...], raw: str, at: int, mark: int) -> Prefix:
        if self._text[mark] == "?":
            self._refuse("`?` is not supported: end the word with `*`, or put it in quotation marks", mark)
        if mark == at:
            self._refuse("`*` needs the start of a word before it", mark)
        if mark != at + len(raw) - 1:
            self._refuse("`*` can only end a word", mark)
        starts = folded(_unescaped(raw[:-1]))
        if len(starts) != 1:
            self._refuse("`*` needs the start of one word before it", at)
        return Prefix(clause, fields, starts[0].text)

    def _slop(self, item: luqum.Item, tokens: tuple[str, ...]) -> int | None:
        """The distance of a proximity, None for anything else."""
        if not isinstance(item, luqum.Proximity):
            return None
        distance = int(item.degree)
        if distance > GREATEST_SLOP:
            self._refuse(f"at most {GREATEST_SLOP} other words may stand between", item.pos + len(item.term.value))
        word, times = Counter(tokens).most_common(1)[0]
        if times > 1:
            self._refuse(f"the word {word!r} is repeated; in a proximity each must be another", item.pos)
        return distance

    def _exact(self, item: luqum.Item, field: Field) -> Exact:
        raw, at = self._raw(item)
        whole = f"{field.name} holds whole values"
        if isinstance(item, luqum.Proximity):
            self._refuse(f"{whole}: `~` has no meaning here", item.pos + len(item.term.value))
        if isinstance(item, luqum.Word) and (mark := _WILDCARD.match(raw)):
            self._refuse(f"{whole}: `{mark['mark']}` has no meaning here", at + mark.start("mark"))
        try:
            value = known_value(field, self._index, _unescaped(raw))
        except ValueError as error:
            self._refuse(str(error), item.pos)
        self.asks_retracted |= (field.name, value) == (_RETRACTED.field, _RETRACTED.value)
        return Exact(self._clause(item, field), field.name, value)

    def _range(self, item: luqum.Item, field: Field | None) -> Range:
        if field is None or field.kind not in ("time", "number"):
            where = f"{field.name} has no order" if field else "no field is named"
            self._refuse(f"a range, but {where}: as in published:[2026-11-01 TO now]", item.pos)
        low, high = _ends(item)
        include_low, include_high = _included(item)
        try:
            return between(
                self._clause(item, field),
                field.name,
                self._extent(low, field),
                self._extent(high, field),
                include_low=include_low,
                include_high=include_high,
            )
        except ValueError as error:
            self._refuse(str(error), item.pos)

    def _extent(self, end: luqum.Item | None, field: Field) -> Extent:
        if end is None:
            return EVERYTHING
        if not isinstance(end, luqum.Term):
            self._refuse("an end of a range must be a time or a number", end.pos)
        raw, at = self._raw(end)
        try:
            return extent(_unescaped(raw), "number" if field.kind == "number" else "time")
        except ValueError as error:
            self._refuse(str(error), at)

    def _raw(self, item: luqum.Item) -> tuple[str, int]:
        """The characters of a word, or between the marks of a phrase, as entered; and the position of the first."""
        term = item.term if isinstance(item, luqum.Proximity) else item
        inset = 0 if isinstance(term, luqum.Word) else 1
        start, end = term.pos + inset, term.pos + len(term.value) - inset
        return self._text[start:end], start

    def _clause(self, item: luqum.Item, field: Field | None) -> str:
        entered = self._text[item.pos : item.pos + item.size].strip()
        return f"{field.name}:{entered}" if field else entered

    def _refuse(self, message: str, position: int) -> NoReturn:
        raise QueryError(message, self._text, position)
