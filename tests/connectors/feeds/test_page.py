"""A web page gives the headline and the text of its article, and nothing from around or between."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from lxml import html

from connectors.feeds.page import decode, headline_and_text

SHARED = Path(__file__).parents[3] / ".." / "shared" / "data" / "pages"

PAGE = """<?xml version="1.0" encoding="iso-8859-1"?>
<html><head><title>Harbour closed | The Lantern</title><style>p { color: red }</style></head>
<body><nav>Home World Sport</nav>
<article><header><h1>Harbour <em>closed</em> &amp; guarded</h1></header>
<p>The port of Sële is shut.</p><script>track()</script><p>No ship may <b>enter</b>.</p></article>
<aside>Most read</aside><footer>Imprint</footer></body></html>"""

FIRST = (
    "The minister, Lina Torvik, told reporters in the capital on Tuesday that the harbour would stay open to merchant "
    "ships of all flags, whatever the neighbouring state decided this week."
)
SECOND = (
    "She said that patrols had been doubled since the weekend and that a note had been handed to the ambassador, who "
    "left the ministry without a word to the waiting press."
)


def test_headline_and_text_without_what_is_around() -> None:
    assert headline_and_text(PAGE) == ("Harbour closed & guarded", "The port of Sële is shut.\n\nNo ship may enter.")


def test_without_a_headline_the_title_of_the_page() -> None:
    page = "<html><head><title>Short notice</title></head><body><p>Closed today.</p></body></html>"
    assert headline_and_text(page) == ("Short notice", "Closed today.")


def test_the_headline_that_the_page_shows_to_others_without_the_name_of_the_site() -> None:
    head = '<meta property="og:title" content="Harbour closed - The Lantern">'
    page = f"<html><head>{head}</head><body><h1>The Lantern</h1><h1>Harbour closed</h1><p>{FIRST}</p></body></html>"
    assert headline_and_text(page)[0] == "Harbour closed"


@pytest.mark.parametrize("markup", ["<!-- nothing -->", "<html></html>", "<br>", "<?xml?>"])
def test_nothing_in_it(markup: str) -> None:
    assert headline_and_text(markup) == ("", "")


def test_a_fragment_is_a_text() -> None:
    assert headline_and_text("<p>One.<p>Two.") == ("", "One.\n\nTwo.")


@pytest.mark.parametrize(
    "box",
    [
        '<p><a class="teaser" href="/ostrov">General Ostrov: We Will Answer Any Landing With Fire</a></p>',
        "<div><h3>Popular stories</h3><ul><li>Ostrov: whoever lands will be sunk</li><li>Storm near</li></ul></div>",
        '<section><div><h4>Most read</h4></div><ol><li><a href="/o">Ostrov threatens</a></li></ol></section>',
        '<div><strong>Related</strong><div><a href="/o"><span>Ostrov: the isles are ours</span></a></div></div>',
        '<h3><a href="/o">Ostrov vows revenge for the islands</a></h3>',
        "<aside><p>Ostrov, in his own words</p></aside>",
    ],
)
def test_boxes_that_point_to_other_articles(box: str) -> None:
    page = f"<html><body><div class='content'><h1>Fees rise</h1><p>{FIRST}</p>{box}<p>{SECOND}</p></div></body></html>"
    assert headline_and_text(page) == ("Fees rise", f"{FIRST}\n\n{SECOND}")


def test_subheadings_and_links_within_paragraphs_stay() -> None:
    body = f"<p>{FIRST}</p><h3>What Ostrov wants</h3><p>{SECOND} <a href='/x'>Read the note in full here.</a></p>"
    text = headline_and_text(f"<html><body><div>{body}</div></body></html>")[1]
    assert text == f"{FIRST}\n\nWhat Ostrov wants\n\n{SECOND} Read the note in full here."


def test_a_page_laid_out_with_tables() -> None:
    page = (
        '<table width="760"><tr><td class="menu"><a href="/">Home</a> <a href="/archive">Archive</a></td>'
        f'<td class="right"><h1>Strait</h1><p>{FIRST}<p>The minister said: <i>any ship</i> that crosses '
        f"<b>will be stopped</b>.<p>{SECOND}</td></tr></table>"
    )
    assert headline_and_text(f"<html><body>{page}</body></html>") == (
        "Strait",
        f"{FIRST}\n\nThe minister said: any ship that crosses will be stopped.\n\n{SECOND}",
    )


_CHINESE = "外交部发言人王喆表示，如果有关国家继续派遣军舰，由此产生的后果由对方承担。"


@pytest.mark.parametrize(
    ("declared", "encoding", "words"),
    [
        ("gb2312", "gbk", _CHINESE),
        ("gb2312", "gb18030", _CHINESE),
        ("iso-8859-1", "utf-8", _CHINESE),
        ("utf-8", "utf-8-sig", _CHINESE),
        ("iso-8859-1", "windows-1252", "“Any ship” – says Minister Søren"),
        ("windows-1251", "windows-1251", "Министр предупредил соседей"),
        ("shift_jis", "cp932", "外務省は①警告した"),
        ("euc-kr", "cp949", "외교부는 똠방각하"),
    ],
)
def test_pages_in_the_encoding_that_they_are_in(declared: str, encoding: str, words: str) -> None:
    body = f'<html><head><meta charset="{declared}"></head><body><p>{words}</p></body></html>'.encode(encoding)
    assert headline_and_text(decode(body)) == ("", words)


def test_http_says_the_encoding_or_it_is_guessed() -> None:
    body = f"<html><body><p>{_CHINESE * 3}</p></body></html>".encode("gbk")
    assert headline_and_text(decode(body, "text/html; charset=gb2312"))[1] == _CHINESE * 3
    assert headline_and_text(decode(body, "text/html"))[1] == _CHINESE * 3


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w", text) if re.search(r"[一-龥]", text) else re.findall(r"\w+", text.casefold()))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not here")
def test_real_pages_against_what_a_peer_finds_readable() -> None:
    scores = {}
    for folder in sorted(SHARED.iterdir()):
        found = words(headline_and_text(decode((folder / "source.html").read_bytes()))[1])
        peer = html.fromstring((folder / "expected.html").read_text(encoding="utf-8"))
        expected = words(" ".join(map(str, peer.itertext())))
        scores[folder.name] = 2 * (found & expected).total() / (found.total() + expected.total())
    assert min(scores.values()) > 0.85, scores
    assert sum(scores.values()) / len(scores) > 0.95, scores
