"""A web page gives the headline and the text of its article, and nothing from around it."""

from __future__ import annotations

import pytest

from connectors.feeds.page import headline_and_text

PAGE = """<?xml version="1.0" encoding="iso-8859-1"?>
<html><head><title>Harbour closed | The Lantern</title><style>p { color: red }</style></head>
<body><nav>Home World Sport</nav>
<article><header><h1>Harbour <em>closed</em> &amp; guarded</h1></header>
<p>The port of Sële is shut.</p><script>track()</script><p>No ship may <b>enter</b>.</p></article>
<aside>Most read</aside><footer>Imprint</footer></body></html>"""


def test_headline_and_text_without_what_is_around() -> None:
    assert headline_and_text(PAGE) == ("Harbour closed & guarded", "The port of Sële is shut.\n\nNo ship may enter.")


def test_without_a_headline_the_title_of_the_page() -> None:
    page = "<html><head><title>Short notice</title></head><body><p>Closed today.</p></body></html>"
    assert headline_and_text(page) == ("Short notice", "Closed today.")


@pytest.mark.parametrize("markup", ["<!-- nothing -->", "<html></html>", "<br>", "<?xml?>"])
def test_nothing_in_it(markup: str) -> None:
    assert headline_and_text(markup) == ("", "")


def test_a_fragment_is_a_text() -> None:
    assert headline_and_text("<p>One.<p>Two.") == ("", "One.\n\nTwo.")
