"""One article as a person hands it over: plain text, a web page or an Article as JSON."""

from __future__ import annotations

from codecs import BOM_UTF8
from datetime import datetime

import msgspec

from schemas.errors import RedlineError
from schemas.ids import stable_id
from schemas.records import Article, decode

TITLE_LENGTH = 200
"""A first line of at most so many characters, without a full stop and apart from the rest, is the title of a text."""


class InputError(RedlineError):
    """What was handed over is no article."""


def to_article(body: bytes, name: str, now: datetime) -> Article:
    """The article in ``body``: an Article as JSON, a page in the encoding it declares, or plain text in UTF-8.

    They are told apart by how they begin. ``name`` is the file's, for messages and as the feed of an article that has
    none.

    Raises:
        InputError: it is empty, neither a page nor UTF-8, or JSON but no Article.
    """
    if body.removeprefix(BOM_UTF8).lstrip().startswith(b"<"):
        from connectors.feeds.page import decode as decode_page
        from connectors.feeds.page import headline_and_text

        title, text = headline_and_text(decode_page(body))
    else:
        text = _utf8(body, name)
        if text.startswith("{"):
            return json_article(text.encode(), name)
        title, text = _from_text(text)
    if not (title or text):
        raise InputError(f"{name}: no text in it")
    return Article(id=stable_id("input", title, text), feed=name, fetched=now, title=title or None, text=text or None)


def json_article(line: bytes, name: str) -> Article:
    """The Article that ``line`` holds as JSON.

    Raises:
        InputError: it is none; the message names ``name`` and the field at fault.
    """
    try:
        return decode(line, Article)
    except msgspec.DecodeError as error:
        raise InputError(f"{name}: no article: {error}") from error


def _utf8(body: bytes, name: str) -> str:
    try:
        return body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not UTF-8 at byte {error.start}; convert it first") from error


def _from_text(text: str) -> tuple[str, str]:
    first, _, rest = text.partition("\n")
    first = first.strip()
    if rest.strip() and len(first) <= TITLE_LENGTH and not first.endswith((".", "!", "?", "”", '"', "…")):
        return first, rest.strip()
    return "", text
