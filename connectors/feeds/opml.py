"""Lists of feeds in OPML, as other feed readers write and read them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from schemas.errors import DataFileError


class Subscription(NamedTuple):
    """A feed of a list; ``title`` is None where the list gives none."""

    url: str
    title: str | None


def read_opml(path: Path) -> list[Subscription]:
    """The feeds of the OPML file ``path``, in all its folders, each address once.

    Raises:
        DataFileError: the file cannot be read, is no OPML, or an outline's address is none; it names the line.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(path.read_bytes(), parser=parser)
    except OSError as error:
        raise DataFileError(str(path), None, f"cannot be read: {error.strerror}") from error
    except etree.XMLSyntaxError as error:
        raise DataFileError(str(path), error.lineno or None, f"is no XML: {error.msg}") from error
    if root.tag.lower() != "opml":
        raise DataFileError(str(path), _line(root), f"is no OPML: it begins with <{root.tag}>")
    found: dict[str, Subscription] = {}
    for outline in root.iter("outline"):
        attributes = {str(name).lower(): str(value).strip() for name, value in outline.attrib.items()}
        url = attributes.get("xmlurl")
        if not url:
            continue
        if not url.lower().startswith(("http://", "https://")):
            raise DataFileError(str(path), _line(outline), f"xmlUrl {url!r} does not begin with http:// or https://")
        title = attributes.get("title") or attributes.get("text")
        found.setdefault(url, Subscription(url, title if title and title != url else None))
    return list(found.values())


def _line(element: etree._Element) -> int | None:
    line = element.sourceline
    return line if isinstance(line, int) else None


def write_opml(subscriptions: Iterable[Subscription]) -> bytes:
    """``subscriptions`` as an OPML 2.0 document in UTF-8."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Redline feeds"
    body = etree.SubElement(root, "body")
    for url, title in subscriptions:
        etree.SubElement(body, "outline", type="rss", text=title or url, title=title or url, xmlUrl=url)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
