"""A whole web page as the headline and the text of its article, without what stands around them."""

from __future__ import annotations

from typing import Any

from lxml import etree, html

from connectors.feeds.clean import plain_line, to_text

_AROUND = ("script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "button", "figure")


def headline_and_text(markup: str) -> tuple[str, str]:
    """The headline and the plain text of the page; either is empty where there is none.

    The headline is the first ``h1``, else what the page's head gives. The text is that of ``article``, else ``main``,
    else ``body``, without the headline, menus, side columns and scripts.
    """
    try:
        # As bytes, since lxml refuses a declared encoding in what is decoded already.
        page: Any = html.document_fromstring(markup.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        return "", ""
    headline = page.find(".//h1")
    title = headline.text_content() if headline is not None else page.findtext(".//title") or ""
    body = next((found for name in ("article", "main", "body") if (found := page.find(f".//{name}")) is not None), page)
    around = [element for name in _AROUND for element in body.iter(name)]
    for element in [*around, *([headline] if headline is not None else [])]:
        if element.getparent() is not None:
            element.drop_tree()
    return plain_line(title), to_text(html.tostring(body, encoding="unicode", with_tail=False))
