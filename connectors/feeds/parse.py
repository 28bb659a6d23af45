"""What a feed says, from its bytes: RSS, RDF and Atom by feedparser, JSON Feed by msgspec."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import msgspec

from connectors.feeds import json_feed, mend
from connectors.feeds.addresses import canonical
from connectors.feeds.clean import plain_line, tidy, title_text, to_text
from connectors.feeds.dates import parse_date
from schemas.errors import FeedError


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a feed in plain text; what the feed does not say is None. It has a title or a text."""

    title: str | None = None
    text: str | None = None
    url: str | None = None
    guid: str | None = None
    source: str | None = None
    lang: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed's own title and its entries, in its order."""

    title: str | None
    entries: tuple[Entry, ...]


def parse(body: bytes, base: str, charset: str | None = None) -> Feed:
    """Read a feed.

    ``base`` is the address that it finally came from (relative addresses are relative to it, or to ``xml:base``);
    ``charset`` is what HTTP said.

    Raises:
        FeedError: it is no feed, or none that can be read; one line says why.
    """
    text = mend.decode(body, charset).strip()
    if not text:
        raise FeedError("empty answer")
    if text.startswith("{"):
        document = json_feed.read(text)
        title, found = document.title, (_from_json(item, document, base) for item in document.items)
    else:
        document = _feedparser(mend.well_formed(text), base)
        atom = document.version.startswith("atom")
        title = _markup_title(document.feed, atom)
        lang = document.feed.get("language")
        found = (_from_xml(entry, base, atom, lang) for entry in document.entries)
    return Feed(
        title=plain_line(title or "") or None, entries=tuple(entry for entry in found if entry.title or entry.text)
    )


def _feedparser(xml: bytes, base: str) -> Any:
    import feedparser

    try:
        document = feedparser.parse(
            io.BytesIO(xml),
            response_headers={"content-location": base, "content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # feedparser has no root of its errors, and one feed must not end the others
        raise FeedError(f"not a feed that can be read: {type(error).__name__}: {error}") from error
    return document


def _from_xml(entry: Any, base: str, atom: bool, lang: str | None) -> Entry:
    said = dict(entry)  # a FeedParserDict gives "published" where one asks for "updated"
    content = _longest(said, atom)
    published, updated = said.get("published"), said.get("updated")
    if not atom and not published:
        published, updated = updated, None  # dc:date of RSS is the day of publication
    return Entry(
        title=_markup_title(said, atom) or None,
        text=content or None,
        url=canonical(urljoin(base, _link(said))) if _link(said) else None,
        guid=tidy(said.get("id") or "")[:1000] or None,
        source=title_text((said.get("source") or {}).get("title") or "") or None,
        lang=_language(said, lang),
        authors=_unique(author.get("name") or author.get("email") for author in said.get("authors", ())),
        tags=_unique(tag.get("label") or tag.get("term") for tag in said.get("tags", ())),
        published=parse_date(published) if published else None,
        updated=parse_date(updated) if updated else None,
    )


def _markup_title(said: Any, atom: bool) -> str:
    """The title: of Atom by its ``type``, of RSS always HTML, since no one keeps to plain text there."""
    title = said.get("title") or ""
    kind = (said.get("title_detail") or {}).get("type")
    return plain_line(title) if atom and kind == "text/plain" else title_text(title)


def _longest(said: dict[str, Any], atom: bool) -> str:
    """The fullest of contents and summary, as plain text. What RSS calls plain text may hold markup all the same."""
    parts = [part for part in (*said.get("content", ()), said.get("summary_detail") or {}) if part.get("value")]
    texts = (tidy(part["value"]) if atom and part["type"] == "text/plain" else to_text(part["value"]) for part in parts)
    return max(texts, key=len, default="")


def _link(said: dict[str, Any]) -> str:
    """The address of the article itself."""
    for link in said.get("links", ()):
        if link.get("rel", "alternate") == "alternate" and link.get("href"):
            return str(link["href"])
    return str(said.get("link") or "")


def _language(said: dict[str, Any], lang: str | None) -> str | None:
    details = [*said.get("content", ()), said.get("summary_detail") or {}, said.get("title_detail") or {}]
    return next((detail["language"] for detail in details if detail.get("language")), None) or lang or None


def _from_json(item: json_feed.Item, feed: json_feed.JsonFeed, base: str) -> Entry:
    text = to_text(item.content_html) if item.content_html else tidy(item.content_text or item.summary or "")
    address = item.url or item.external_url
    return Entry(
        title=plain_line(item.title or "") or None,
        text=text or None,
        url=canonical(urljoin(base, address)) if address else None,
        guid=tidy(str(item.id)) if item.id is not None else None,
        lang=item.language or feed.language,
        authors=_unique(author.name for author in item.authors or feed.authors),
        tags=_unique(item.tags),
        published=parse_date(item.date_published) if item.date_published else None,
        updated=parse_date(item.date_modified) if item.date_modified else None,
    )


def _unique(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for name in names if (line := title_text(name or ""))))
