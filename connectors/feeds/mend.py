"""Bytes of a feed to text, and text to well-formed XML: what browsers and readers forgive is mended, nothing guessed.

Afterwards every XML feed goes through one strict parser. What stands before its root is dropped unread, a DOCTYPE too,
so entities of a feed's own do not exist (no bombs, no files); those of HTML are replaced by their characters. Every
step takes time in proportion to the feed's length, whatever it holds.
"""

from __future__ import annotations

import codecs
import html
import re
from html.entities import html5

from lxml import etree

from schemas.errors import FeedError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_PROLOG = 5_000
"""Characters in which to look for what stands before the feed itself."""
_LARGER = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "windows-1252", "latin-1": "windows-1252"}
"""What names of encodings are used for in fact: a larger set that holds the named one."""
_LARGER |= {"us-ascii": "windows-1252", "ascii": "windows-1252", "ks_c_5601-1987": "cp949", "euc-kr": "cp949"}

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.S)
_REFERENCE = re.compile(r"&(?:#([0-9]+|[xX][0-9a-fA-F]+);|([A-Za-z][A-Za-z0-9]*);)?")
_ROOT = re.compile(r"<([A-Za-z_][^\s/>]*)")
_FEED_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|RDF|feed|channel|entry)(?=[\s/>])", re.I)
_PREFIX = re.compile(r"""</?([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+\s*=\s*["']""")
_DECLARED_PREFIX = re.compile(r"\sxmlns:([\w.-]+)\s*=")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}


def decode(body: bytes, charset: str | None = None) -> str:
    """``body`` as text: by its byte order mark, else UTF-8 where it is, else as declared (``charset``: by HTTP)."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace").removeprefix("\ufeff")
    declared = _DECLARED.match(body)
    names = [name.lower() for name in (charset, declared and declared[1].decode("ascii")) if name]
    if not any(_shifts(name) for name in names):
        # Text in another encoding is hardly ever valid UTF-8, while wrong declarations are common.
        text = _utf8(body)
        if text is not None:
            return text
    for name in names:
        try:
            return body.decode(_LARGER.get(name, name))
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8" if "utf-8" in names else "windows-1252", "replace")


def _shifts(encoding: str) -> bool:
    """Whether ``encoding`` writes other scripts in ASCII bytes, so that it looks like UTF-8."""
    return encoding.startswith(("iso-2022", "hz", "utf-7"))


def _utf8(body: bytes) -> str | None:
    """``body`` as UTF-8; a few bytes that are none (a cut character, a stray one) do not make it another encoding."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for character in text if character > "\x7f") - bad
    return text if good > 10 * bad or (bad == 1 and text.endswith("\ufffd")) else None


def well_formed(text: str) -> bytes:
    """``text`` as well-formed XML in UTF-8; what follows a fault that cannot be mended is left out.

    Raises:
        FeedError: it is an HTML page, or no XML at all.
    """
    text = _ILLEGAL.sub("", text)
    text = _COMMENT.sub("", text[:_PROLOG]) + text[_PROLOG:]
    first, root = _ROOT.search(text), _FEED_ROOT.search(text)
    if first is None:
        raise FeedError("not a feed: neither XML nor JSON")
    if first[1].lower() == "html":
        raise FeedError(f"not a feed: HTML page{_page_title(text)}")
    if root is None:
        raise FeedError(f"not a feed: begins with <{first[1][:40]}>, and has no RSS, RDF or Atom in it")
    parts = _CDATA.split(text[root.start() :])
    text = "".join(part if index % 2 else _REFERENCE.sub(_reference, part) for index, part in enumerate(parts))
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    tree = etree.fromstring(_declare_prefixes(text).encode(), parser=parser)
    if tree is None:
        raise FeedError("not a feed: XML that cannot be read")
    _mark_guids(tree)
    return etree.tostring(tree, encoding="utf-8")


def _mark_guids(tree: etree._Element) -> None:
    """Say of ids that are no addresses that they are none: otherwise the parser makes addresses of them."""
    for element in tree.iter("{*}guid", "{*}id"):
        if not re.match(r"\s*https?://", element.text or "", re.I):
            element.set("isPermaLink", "false")


def _page_title(text: str) -> str:
    title = re.search(r"<title[^>]*>([^<]{1,80})", text[:_PROLOG], re.I)
    return f" ({' '.join(html.unescape(title[1]).split())!r})" if title else ""


def _reference(match: re.Match[str]) -> str:
    """A reference that XML knows as it is; one that cannot be a character as U+FFFD; a bare & escaped."""
    number, name = match[1], match[2]
    if number is not None:
        digits, base = (number[1:], 16) if number[0] in "xX" else (number, 10)
        code = int(digits, base) if len(digits) < 10 else 0
        return match[0] if code < 0x110000 and not _ILLEGAL.match(chr(code)) else "\ufffd"
    if name in _XML_NAMES:
        return match[0]
    characters = html5.get(f"{name};") if name else None
    return characters if characters is not None else f"&amp;{match[0][1:]}"


def _declare_prefixes(text: str) -> str:
    """Declare the namespace prefixes that ``text`` uses and nowhere declares."""
    used = {first or second for first, second in _PREFIX.findall(text)}
    missing = used - set(_DECLARED_PREFIX.findall(text)) - {"xml", "xmlns"}
    root = _ROOT.match(text)
    if not missing or root is None:
        return text
    extra = "".join(f' xmlns:{name}="{_NAMESPACES.get(name, "urn:undeclared:" + name)}"' for name in sorted(missing))
    return f"{text[: root.end()]}{extra}{text[root.end() :]}"
