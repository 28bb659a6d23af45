"""A whole web page as the headline and the text of its article, without what stands around or between them.

The article is found by readability (paragraphs, their lengths, links and punctuation say which element holds it).
Before that go scripts, menus and side columns, and the boxes that point to other articles: those under a heading such
as "Most read", and paragraphs that are a link alone.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree, html
from w3lib.encoding import html_to_unicode

from connectors.feeds.clean import plain_line, to_text

_AROUND = ("script", "style", "noscript", "template", "nav", "footer", "aside", "form", "button", "figure")
_BOX_HEADING = re.compile(
    r"(?:most (?:read|popular|viewed|shared|commented)|popular\b|related\b|trending|recommended|read (?:more|also|next)"
    r"|also read|see also|more (?:from|on|in|stories|news)\b|you (?:may|might) (?:also )?like|latest (?:news|stories)"
    r"|top stories|don['’]t miss|editors?['’]s? picks|what to read next|in case you missed it).{0,60}",
    re.IGNORECASE,
)
_LONG = 25
"""A block of so many words outside of links is a paragraph of an article."""
_SHORT = 150
"""Of fewer characters than this is a page that readability cannot judge; then its main element is taken."""


def decode(body: bytes, content_type: str | None = None) -> str:
    """``body`` as text: UTF-8 where it is that, else as its mark, ``content_type`` (HTTP's) or the page declares.

    A declared encoding stands for the larger one that browsers take it for (gb2312: GBK and beyond); where none is
    declared it is guessed.
    """
    try:
        return body.decode("utf-8-sig")  # wrong declarations are common, other bytes that are UTF-8 are not
    except UnicodeDecodeError:
        _, text = html_to_unicode(content_type, body, auto_detect_fun=_guess)
        return str(text)


def _guess(body: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(body).best()
    return best.encoding if best else None


def headline_and_text(markup: str) -> tuple[str, str]:
    """The headline and the plain text of the page; either is empty where there is none.

    The headline is what the page tells other sites to show, else its first ``h1``, else the title in its head.
    """
    page = _tree(markup)
    if page is None:
        return "", ""
    title = _headline(page)
    for element in [element for name in _AROUND for element in page.iter(name)]:
        _drop(element)
    for element in _pointers(page):
        _drop(element)
    for heading in page.findall(".//h1"):
        _drop(heading)
    text = _readable(page)
    return title, text if len(text) >= _SHORT else _main(page)


def _tree(markup: str) -> Any:
    """The elements of ``markup``; None where there is nothing but comments."""
    # As bytes, since lxml refuses a declared encoding in what is decoded already.
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(markup.encode("utf-8", "ignore"), parser=parser)
    except (etree.ParserError, ValueError):
        return None


def _headline(page: Any) -> str:
    shown = plain_line(page.xpath("string(//meta[@property='og:title' or @name='og:title']/@content)"))
    headings = [plain_line(_words(heading)) for heading in page.iter("h1")]
    for heading in headings:
        if not shown or (heading and shown.startswith(heading)):  # the site's name follows
            return heading
    return shown or plain_line(page.findtext(".//title") or "")


def _pointers(page: Any) -> list[Any]:
    """The boxes and paragraphs of ``page`` that only point to other articles."""
    headings = page.iter("h2", "h3", "h4", "h5", "h6", "strong", "b", "span", "div", "p", "dt")
    boxes = [_box(each) for each in headings if len(each) < 3 and _BOX_HEADING.fullmatch(plain_line(_words(each)))]
    links = [each for each in page.iter("p", "h2", "h3", "h4", "h5", "h6") if _is_link(each)]
    return boxes + links


def _box(heading: Any) -> Any:
    """The largest element around ``heading`` that holds no paragraph of an article."""
    box = heading
    for outer in heading.iterancestors():
        if outer.tag in ("body", "html", "article", "main") or any(_is_paragraph(each) for each in outer.iter()):
            break
        box = outer
    return box


def _is_paragraph(element: Any) -> bool:
    own = [element.text or "", *(child.tail or "" for child in element)]
    return sum(len(part.split()) for part in own) >= _LONG


def _is_link(element: Any) -> bool:
    """Whether all words of ``element`` are one link's, and enough for a headline."""
    links = element.findall(".//a[@href]")
    words = _words(element).split()
    return len(links) == 1 and len(words) > 3 and _words(links[0]).split() == words


def _words(element: Any) -> str:
    return str(element.text_content())


def _drop(element: Any) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _readable(page: Any) -> str:
    from readability import Document
    from readability.readability import Unparseable

    try:
        return to_text(Document(_markup(page)).summary())
    except Unparseable:
        return ""


def _main(page: Any) -> str:
    """The text of ``article``, else ``main``, else ``body``."""
    main = next((found for name in ("article", "main", "body") if (found := page.find(f".//{name}")) is not None), page)
    return to_text(_markup(main))


def _markup(element: Any) -> str:
    return str(html.tostring(element, encoding="unicode", with_tail=False))
