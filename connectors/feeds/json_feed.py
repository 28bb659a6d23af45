"""JSON Feed (jsonfeed.org, versions 1 and 1.1): its records as they come over the wire."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import msgspec

from schemas.errors import FeedError


class Author(msgspec.Struct, frozen=True):
    """Who wrote an item."""

    name: str | None = None


class Item(msgspec.Struct, frozen=True):
    """One item; ``authors`` also holds what version 1 called ``author``."""

    id: str | int | float | None = None
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    authors: tuple[Author, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None


class JsonFeed(msgspec.Struct, frozen=True):
    """A feed."""

    title: str | None = None
    language: str | None = None
    authors: tuple[Author, ...] = ()
    items: tuple[Item, ...] = ()


def read(text: str) -> JsonFeed:
    """Read a JSON Feed. A field of the wrong type counts as not given; it costs neither its item nor the feed.

    Raises:
        FeedError: it is no JSON, or JSON without a list of items.
    """
    try:
        document = json.loads(text, strict=False)  # msgspec refuses lone surrogates, which real feeds have
    except (ValueError, RecursionError) as error:
        raise FeedError(f"not a feed: begins like JSON Feed, but {_why(error)}") from error
    if not isinstance(document.get("items"), list):
        raise FeedError("not a feed: JSON without a list of items")
    items = tuple(_fitting(item, Item) for item in document["items"] if isinstance(item, dict))
    feed: JsonFeed = _fitting(document, JsonFeed, leave_out={"items"})
    return msgspec.structs.replace(feed, items=items)


def _why(error: Exception) -> str:
    return "is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _fitting(values: dict[str, Any], kind: Any, leave_out: Collection[str] = ()) -> Any:
    """A struct of those ``values`` that have the type of their field."""
    if isinstance(values.get("author"), dict):
        values = {"authors": [values["author"]], **values}
    try:
        return msgspec.convert({name: value for name, value in values.items() if name not in leave_out}, kind)
    except msgspec.ValidationError:
        pass
    fields = {}
    for field in msgspec.structs.fields(kind):
        if field.encode_name in values and field.encode_name not in leave_out:
            try:
                fields[field.name] = msgspec.convert(values[field.encode_name], field.type)
            except msgspec.ValidationError:
                continue
    return kind(**fields)
