"""Cursors of a search as opaque text: both homes write and read them so."""

from __future__ import annotations

import base64
from typing import Protocol, TypeVar

import msgspec


class Cursor(Protocol):
    """A struct that says where a page ended; ``search`` tells its search's cursors from those of another."""

    @property
    def search(self) -> str:
        """The name of the search."""
        ...


C = TypeVar("C", bound=Cursor)


def write_cursor(cursor: Cursor) -> str:
    """``cursor`` as text that may stand in an address or on a command line."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode()


def read_cursor(text: str, search: str, kind: type[C]) -> C:
    """The cursor that ``text`` is.

    Raises:
        ValueError: it is none, or one of another search than ``search``.
    """
    try:
        cursor = msgspec.json.decode(base64.b64decode(text, altchars=b"-_", validate=True), type=kind)
    except (ValueError, msgspec.DecodeError) as error:
        raise ValueError(f"{text!r} is no cursor of this search; leave it out to begin at the first page") from error
    if cursor.search != search:
        raise ValueError(f"{text!r} is a cursor of another search; leave it out to begin at the first page")
    return cursor
