"""Markup to plain text, with paragraphs kept apart by a blank line."""

from __future__ import annotations

import re
from copy import copy
from typing import Any

from lxml import etree, html

_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]*)")
_MARKUP = re.compile(r"</?[a-zA-Z!][^>]*>|&#?\w+;")
_BULLET = re.compile(r"^[ \t]*\* ", re.M)
_BLANK = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\n{2,}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u200b\u00ad]")
_BLOCKS = (
    *(
        "caption",
        "center",
        "dd",
        "details",
        "dl",
        "dt",
        "fieldset",
        "form",
        "hr",
        "legend",
        "option",
        "section",
        "select",
    ),
    *("summary", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "tr"),
)
"""Elements that inscriptis glues to their neighbours, or (tables) lays side by side, line by line."""
_UNREAD = ("script", "style", "iframe", "noscript", "template", "video", "audio", "object", "svg", "head")
_DEEPEST = 200
"""Levels of nesting that are still laid out as elements; below are only the bare words."""


def to_text(markup: str) -> str:
    """HTML as plain text: a blank line between paragraphs, a new line where a ``br``, list item or row ends.

    Text without any markup is taken as it is, its own paragraphs kept.
    """
    if not _MARKUP.search(markup):
        return tidy(markup)
    from inscriptis import Inscriptis
    from inscriptis.css_profiles import STRICT_CSS_PROFILE
    from inscriptis.model.config import ParserConfig

    root = _tree(markup)
    if root is None:
        return ""
    if _depth_exceeds(root):  # no article is; inscriptis would recurse without end
        return tidy("\n".join(root.itertext()))
    # A body of its own: inscriptis writes into the one of the profile, and feeds are read in several threads at once.
    profile = STRICT_CSS_PROFILE | {"body": copy(STRICT_CSS_PROFILE["body"])}
    text: str = Inscriptis(root, ParserConfig(css=profile)).get_text()
    return tidy(_BULLET.sub("", text))


def title_text(markup: str) -> str:
    """A headline as one line of plain text; words in angle brackets that name no HTML element are words."""
    line = _TAG.sub(lambda tag: tag[0] if tag[2].lower() in _elements() else f"&lt;{tag[1]}{tag[2]}", markup)
    return plain_line(to_text(line))


def plain_line(text: str) -> str:
    """``text``, which has no markup, on one line."""
    return " ".join(tidy(text).split())


def tidy(text: str) -> str:
    """``text`` without what cannot be printed, lines trimmed, runs of blanks one, paragraphs a blank line apart."""
    text = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
    lines = (_BLANK.sub(" ", line).strip() for line in text.split("\n"))
    return _BREAKS.sub("\n\n", "\n".join(lines)).strip()


def _tree(markup: str) -> Any:
    """The elements of ``markup``; None where there is nothing but comments."""
    # As bytes, since lxml refuses a declared encoding in what is decoded already.
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(_UNPRINTABLE.sub("", markup).encode(), parser=parser)
    except (etree.ParserError, ValueError):
        return None
    etree.strip_elements(root, *_UNREAD, with_tail=False)
    for element in root.iter(*_BLOCKS):
        element.tag = "div"
    for element in root.iter("blockquote"):
        element.tag = "p"
    return root


def _depth_exceeds(root: Any) -> bool:
    level = [root]
    for _ in range(_DEEPEST):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


def _elements() -> frozenset[str]:
    from lxml.html import defs

    return frozenset(defs.tags | {"article", "section", "figure", "figcaption", "time", "mark", "main", "nav"})
