"""Writes a feed document: RSS 2.0, Atom or JSON Feed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from redline.demo.samples import Outlet

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
ET.register_namespace("atom", ATOM)
ET.register_namespace("dc", DC)


@dataclass(frozen=True)
class Entry:
    """One entry as a feed shows it now."""

    url: str
    title: str
    html: str
    published: datetime
    updated: datetime
    author: str | None
    tags: Sequence[str]


def rss(outlet: Outlet, entries: Sequence[Entry]) -> bytes:
    """``entries`` as RSS 2.0."""
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _texts(channel, {"title": outlet.name, "link": outlet.domain, "description": outlet.name, "language": outlet.lang})
    for entry in entries:
        item = ET.SubElement(channel, "item")
        _texts(item, {"title": entry.title, "link": entry.url, "description": entry.html})
        ET.SubElement(item, "guid", isPermaLink="true").text = entry.url
        ET.SubElement(item, "pubDate").text = format_datetime(entry.published)
        if entry.updated != entry.published:
            ET.SubElement(item, f"{{{ATOM}}}updated").text = entry.updated.isoformat()
        if entry.author:
            ET.SubElement(item, f"{{{DC}}}creator").text = entry.author
        for tag in entry.tags:
            ET.SubElement(item, "category").text = tag
    return _document(root)


def atom(outlet: Outlet, entries: Sequence[Entry]) -> bytes:
    """``entries`` as Atom."""
    root = ET.Element(f"{{{ATOM}}}feed", {"xml:lang": outlet.lang})
    _texts(root, {f"{{{ATOM}}}title": outlet.name, f"{{{ATOM}}}id": f"{outlet.domain}/"})
    ET.SubElement(root, f"{{{ATOM}}}link", href=outlet.domain)
    for entry in entries:
        item = ET.SubElement(root, f"{{{ATOM}}}entry")
        _texts(
            item,
            {
                f"{{{ATOM}}}title": entry.title,
                f"{{{ATOM}}}id": entry.url,
                f"{{{ATOM}}}published": entry.published.isoformat(),
                f"{{{ATOM}}}updated": entry.updated.isoformat(),
            },
        )
        ET.SubElement(item, f"{{{ATOM}}}link", href=entry.url)
        if entry.author:
            ET.SubElement(ET.SubElement(item, f"{{{ATOM}}}author"), f"{{{ATOM}}}name").text = entry.author
        for tag in entry.tags:
            ET.SubElement(item, f"{{{ATOM}}}category", term=tag)
        ET.SubElement(item, f"{{{ATOM}}}content", type="html").text = entry.html
    return _document(root)


def json_feed(outlet: Outlet, entries: Sequence[Entry]) -> bytes:
    """``entries`` as JSON Feed 1.1."""
    items = [
        {
            "id": entry.url,
            "url": entry.url,
            "title": entry.title,
            "content_html": entry.html,
            "date_published": entry.published.isoformat(),
            "date_modified": entry.updated.isoformat(),
            "authors": [{"name": entry.author}] if entry.author else [],
            "tags": list(entry.tags),
        }
        for entry in entries
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": outlet.domain,
        "language": outlet.lang,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False).encode()


Writer = Callable[[Outlet, Sequence[Entry]], bytes]
WRITERS: Mapping[str, tuple[str, Writer]] = {
    "rss": ("application/rss+xml", rss),
    "atom": ("application/atom+xml", atom),
    "json": ("application/feed+json", json_feed),
}
"""The media type and the function of each format."""


def _texts(parent: ET.Element, texts: Mapping[str, str]) -> None:
    for tag, text in texts.items():
        ET.SubElement(parent, tag).text = text


def _document(root: ET.Element) -> bytes:
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body
