"""From the tree of a query to SQL over the tables of its index.

A subtree without a range is one full-text expression. Where ranges stand in a tree, its subtrees become sets of rows
that SQL combines. A range of ``first_seen`` that everything must meet bounds the rows as well, since these are made
from it: a search of an old week need not walk through all that came since.

What FTS5 means by its operators, where it is not what one would guess:

- ``NEAR("a" "b", N)`` takes any order and counts the tokens between the first and the last phrase. With k words and at
  most n others in the span these are n + k - 2.
- ``NOT`` has two operands and binds tighter than ``AND``: everything stands in parentheses.
- Its parser's stack overflows at some 40 nested expressions, therefore a deeper tree is cut into sets of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from connectors.indexes.sqlite.tables import (
    Table,
    exact_token,
    first_row,
    folded_column,
    next_row,
    number_column,
    word_column,
)
from schemas.query.tree import All, Any, Bound, Exact, Node, Now, Prefix, Range, Words
from schemas.times import to_micros

_DEEPEST = 12
_FARTHEST = 2**63 - 1


@dataclass(frozen=True)
class Condition:
    """A boolean SQL expression over a table of records, and the values of its parameters."""

    sql: str
    values: tuple[str | float, ...]


@dataclass(frozen=True)
class Plan:
    """What a search must meet: a full-text expression, a condition, or both, in rows from ``least`` to ``most``."""

    match: str | None
    condition: Condition | None
    least: int = -_FARTHEST
    most: int = _FARTHEST


def translate(table: Table, root: Node | None, now: datetime) -> Plan:
    """The plan of the query ``root`` (None: everything); ``now`` is what ``now`` means in its ranges."""
    if root is None:
        return Plan(None, None)
    if _is_text(root):
        return Plan(_match(root), None)
    wanted = _flattened(root if isinstance(root, All) else All((root,)))
    text = tuple(part for part in wanted.parts if _is_text(part))
    # Without a word that is wanted, FTS5 cannot exclude one.
    excluded = tuple(part for part in wanted.without if text and _is_text(part))
    conditions = [_condition(table, part, now) for part in wanted.parts if part not in text]
    conditions += [_negated(_condition(table, part, now)) for part in wanted.without if part not in excluded]
    return Plan(
        _match(All(text, excluded)) if text else None,
        _joined(" AND ", conditions) if conditions else None,
        *_rows(wanted.parts, now),
    )


def relevance(root: Node) -> str | None:
    """The full-text expression by which hits are ranked: anything that the query asks for; None where it asks none."""
    leaves = [_leaf(leaf) for leaf in _wanted(root)]
    return " OR ".join(leaves) or None


def _rows(parts: Iterable[Node], now: datetime) -> tuple[int, int]:
    """The least and the greatest row that can meet all of ``parts``."""
    least, most = -_FARTHEST, _FARTHEST
    for part in parts:
        if isinstance(part, Range) and part.field == "first_seen":
            low, high = _resolved(part.low, now), _resolved(part.high, now)
            # A millisecond more on each side: ranges compare seconds as floating-point numbers.
            if isinstance(low, datetime):
                least = max(least, first_row(to_micros(low) - 1000))
            if isinstance(high, datetime):
                most = min(most, next_row(first_row(to_micros(high) + 1000)) - 1)
    return least, most


def _flattened(node: All) -> All:
    parts: list[Node] = []
    without = list(node.without)
    for part in node.parts:
        if isinstance(part, All):
            inner = _flattened(part)
            parts += inner.parts
            without += inner.without
        else:
            parts.append(part)
    return All(tuple(parts), tuple(without))


def _is_text(node: Node, depth: int = 0) -> bool:
    if isinstance(node, Range) or depth > _DEEPEST:
        return False
    return all(_is_text(child, depth + 1) for child in _children(node))


def _children(node: Node) -> tuple[Node, ...]:
    match node:
        case All(parts, without):
            return parts + without
        case Any(parts):
            return parts
        case _:
            return ()


def _wanted(node: Node) -> Iterator[Words | Prefix | Exact]:
    match node:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _wanted(part)
        case Words() | Prefix() | Exact():
            yield node


def _match(node: Node) -> str:
    match node:
        case All(parts, without):
            wanted = _group(" AND ", parts)
            return f"({wanted} NOT {_group(' OR ', without)})" if without else wanted
        case Any(parts):
            return _group(" OR ", parts)
        case Range():
            raise TypeError("a range is no full-text expression")
        case _:
            return _leaf(node)


def _group(operator: str, nodes: tuple[Node, ...]) -> str:
    return f"({operator.join(_match(node) for node in nodes)})"


def _leaf(node: Words | Prefix | Exact) -> str:
    match node:
        case Exact(field=field, value=value):
            return f"{{exact}} : {_quoted(exact_token(field, value))}"
        case Prefix(fields=fields, start=start):
            return f"{_columns(folded_column(field) for field in fields)} : {_quoted(start)} *"
        case Words(fields=fields, tokens=tokens, slop=slop):
            columns = _columns(word_column(field) for field in fields)
            if slop is None or len(tokens) == 1:
                return f"{columns} : {_quoted(' '.join(tokens))}"
            phrases = " ".join(_quoted(token) for token in tokens)
            return f"{columns} : NEAR({phrases}, {slop + len(tokens) - 2})"


def _columns(names: Iterator[str]) -> str:
    return "{" + " ".join(names) + "}"


def _quoted(phrase: str) -> str:
    return '"' + phrase.replace('"', '""') + '"'


def _condition(table: Table, node: Node, now: datetime) -> Condition:
    if _is_text(node):
        return Condition(f"row IN (SELECT rowid FROM {table.text} WHERE {table.text} MATCH ?)", (_match(node),))
    match node:
        case All(parts, without):
            conditions = [_condition(table, part, now) for part in parts]
            conditions += [_negated(_condition(table, part, now)) for part in without]
            return _joined(" AND ", conditions)
        case Any(parts):
            return _joined(" OR ", [_condition(table, part, now) for part in parts])
        case Range():
            return _between(node, now)
        case _:
            raise TypeError(f"no condition: {node!r}")


def _negated(condition: Condition) -> Condition:
    return Condition(f"NOT {condition.sql}", condition.values)


def _joined(operator: str, conditions: list[Condition]) -> Condition:
    values = tuple(value for condition in conditions for value in condition.values)
    return Condition(f"({operator.join(condition.sql for condition in conditions)})", values)


def _between(node: Range, now: datetime) -> Condition:
    column = number_column(node.field)
    # A record without the field compares as NULL; so that a negation is true of it, absence is asked first.
    present = Condition(f"{column} IS NOT NULL", ())
    low = _bounded(f"{column} {'>=' if node.include_low else '>'} ?", node.low, now)
    high = _bounded(f"{column} {'<=' if node.include_high else '<'} ?", node.high, now)
    return _joined(" AND ", [present, *low, *high])


def _bounded(comparison: str, bound: Bound, now: datetime) -> list[Condition]:
    end = _resolved(bound, now)
    if end is None:
        return []
    return [Condition(comparison, (end.timestamp() if isinstance(end, datetime) else end,))]


def _resolved(bound: Bound, now: datetime) -> datetime | float | None:
    return now + bound.shift if isinstance(bound, Now) else bound
