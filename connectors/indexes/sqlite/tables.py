"""The tables of each index: what is known of the records, their bodies, and the full-text table of those searched.

A record's ``row`` is made from its ``first_seen``, so that the tables lie in the order of time: a search walks them
from the newest row down and stops when its page is full, however many records match. Bodies lie apart, so that a range
that few records meet is decided in small rows. So do the exact values, a column for each field, so that facets are
counted without reading a text.

The full-text table has a column for the tokens of each field of words (``w_title``), one for their folded twins
(``f_title``), and one column ``exact`` for all exact values, each as one token ``field=value``. Its tokenizer splits at
ASCII white space and control characters alone, so that the tokens are exactly the analyser's.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.query.fields import FieldKind, exact_fields, fields_of
from schemas.query.project import Projection
from schemas.records import INDEXES, Record

_SEQUENCE_BITS = 21
_HASH_BYTES = 8 << 20
# So that the row after the last one is a 64-bit number too; it lies in the year 2109.
_LAST_MILLISECOND = (1 << 63 - _SEQUENCE_BITS) - 2
_PUNCTUATION = string.punctuation.replace("'", "''").replace('"', '""')


@dataclass(frozen=True)
class Table:
    """How one index lies in the file; names come quoted, ready for SQL, and begin with ``prefix``."""

    index: str
    words: tuple[str, ...]
    exact: tuple[str, ...]
    numbers: tuple[str, ...]
    prefix: str = ""

    @property
    def kind(self) -> type[Record]:
        """The type of the index's records."""
        return INDEXES[self.index]

    @property
    def records(self) -> str:
        """The table of what is known of each record."""
        return f'"{self.prefix}{self.index}"'

    @property
    def bodies(self) -> str:
        """The table of the records themselves, as JSON."""
        return f'"{self.prefix}{self.index}_body"'

    @property
    def text(self) -> str:
        """The full-text table."""
        return f'"{self.prefix}{self.index}_text"'

    @property
    def values(self) -> str:
        """The table of exact values: of each field all of them, apart by blanks."""
        return f'"{self.prefix}{self.index}_exact"'

    @property
    def searched(self) -> bool:
        """Whether there is a full-text table."""
        return bool(self.words or self.exact)

    @property
    def text_columns(self) -> list[str]:
        """The columns of the full-text table, in their order."""
        return ["exact", *(column(field) for field in self.words for column in (word_column, folded_column))]

    def schema(self) -> Iterator[str]:
        """The statements that create the tables."""
        numbers = "".join(f", {number_column(field)} REAL" for field in self.numbers)
        yield f"""CREATE TABLE {self.records} (
            row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, revision INTEGER NOT NULL,
            first_seen INTEGER NOT NULL{numbers})"""
        yield f"CREATE TABLE {self.bodies} (row INTEGER PRIMARY KEY, body BLOB NOT NULL)"
        if self.searched:
            yield f"""CREATE VIRTUAL TABLE {self.text} USING fts5(
                {", ".join(self.text_columns)}, tokenize = "ascii tokenchars '{_PUNCTUATION}'")"""
            # A batch of some hundred records becomes one segment of the text's index, so that less is merged.
            yield f"INSERT INTO {self.text}({self.text}, rank) VALUES ('hashsize', {_HASH_BYTES})"
            yield f"CREATE TABLE {self.values} (record INTEGER PRIMARY KEY, {', '.join(map(exact_column, self.exact))})"

    def numbers_of(self, projection: Projection) -> list[float | None]:
        """The values of the number columns, in their order."""
        return [projection.numbers.get(field) for field in self.numbers]

    def exact_of(self, projection: Projection) -> list[str | None]:
        """The values of the columns of exact values, in their order."""
        return [
            " ".join(sorted(projection.exact[field])) if field in projection.exact else None for field in self.exact
        ]

    def text_of(self, projection: Projection) -> list[str]:
        """The values of the full-text columns, in their order."""
        tokens = (exact_token(field, value) for field, values in projection.exact.items() for value in values)
        columns = [" ".join(tokens)]
        for field in self.words:
            columns.append(" ".join(projection.words.get(field, ())))
            columns.append(" ".join(projection.folded.get(field, ())))
        return columns


def word_column(field: str) -> str:
    """The full-text column of a field's words."""
    return f"w_{field}"


def folded_column(field: str) -> str:
    """The full-text column of a field's folded words."""
    return f"f_{field}"


def exact_column(field: str) -> str:
    """The column of a field of exact values, apart by blanks."""
    return f"e_{field}"


def number_column(field: str) -> str:
    """The column of a field of numbers or times (seconds since 1970)."""
    return f"n_{field}"


def exact_token(field: str, value: str) -> str:
    """One exact value as a token of the column ``exact``."""
    return f"{field}={value}"


def first_row(first_seen: int) -> int:
    """The least row that a record first seen at ``first_seen`` (microseconds since 1970) may have."""
    millisecond = max(-_LAST_MILLISECOND, min(first_seen // 1000, _LAST_MILLISECOND))
    return millisecond << _SEQUENCE_BITS


def next_row(row: int) -> int:
    """The least row of the millisecond after that of ``row``."""
    return ((row >> _SEQUENCE_BITS) + 1) << _SEQUENCE_BITS


def _fields(index: str, *kinds: FieldKind) -> tuple[str, ...]:
    return tuple(name for name, field in fields_of(index).items() if field.kind in kinds)


TABLES = {
    index: Table(
        index=index,
        words=_fields(index, "words"),
        exact=exact_fields(index),
        numbers=_fields(index, "number", "time"),
    )
    for index in INDEXES
}
"""The tables of every index."""
