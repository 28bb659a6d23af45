from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.feeds.clean import title_text, to_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Talks &lt;suspended&gt; after note", "Talks <suspended> after note"),
        ("Talks <suspended> after note", "Talks <suspended> after note"),
        ("Minister: &quot;Not one step back&quot;", 'Minister: "Not one step back"'),
        ("<b>Envoy</b> recalled &amp; expelled", "Envoy recalled & expelled"),
        ("Arms budget < 2 % of GDP, says chief", "Arms budget < 2 % of GDP, says chief"),
        ("A&B: what &#8220;now&#8221; means&hellip;", "A&B: what “now” means…"),
        ("  two\n lines\t", "two lines"),
        ("<script>x()</script>", ""),
        ("<", "<"),
        ("", ""),
    ],
)
def test_titles(markup: str, text: str) -> None:
    assert title_text(markup) == text


def test_neighbouring_elements_are_apart_and_inline_ones_are_not() -> None:
    text = to_text(
        "<div>Seen<span>24 Nov</span></div><div>The last warning.<br/>Minister Torvik spoke.</div>"
        "<ul><li>No ship may pass</li><li>The envoy must leave</li></ul>"
        "<table><tr><td>Oslo</td><td>Riga</td></tr></table><p>An un<b>believ</b>able day.</p>"
    )
    lines = text.split("\n")
    assert lines[1:6] == [
        "The last warning.",
        "Minister Torvik spoke.",
        "No ship may pass",
        "The envoy must leave",
        "Oslo",
    ]
    assert lines[-1] == "An unbelievable day."


_BLOCKS = "p div li dt dd td th tr section article h2 blockquote figcaption option legend center pre header main aside"


@pytest.mark.parametrize("tag", _BLOCKS.split())
def test_a_block_ends_a_word(tag: str) -> None:
    assert to_text(f"<div>one<{tag}>two</{tag}>three</div>").split() == ["one", "two", "three"]


@pytest.mark.parametrize("tag", ["b", "i", "em", "strong", "a", "span", "u", "sup", "font"])
def test_an_inline_element_does_not(tag: str) -> None:
    assert to_text(f"<p>un<{tag}>believ</{tag}>able</p>") == "unbelievable"


def test_paragraphs_are_a_blank_line_apart() -> None:
    assert to_text("<p>One\n one.</p><p>Two.</p>Three<br><br>four<hr>five") == "One one.\n\nTwo.\n\nThree\n\nfour\nfive"


def test_text_without_markup_keeps_its_paragraphs() -> None:
    assert to_text("One & one.\r\n\r\n\r\n  Two   < three. ") == "One & one.\n\nTwo < three."


def test_cells_of_a_layout_table_stay_whole() -> None:
    assert to_text("<table><tr><td><p>a1</p><p>a2</p></td><td><p>b1</p><p>b2</p></td></tr></table>").split() == [
        *("a1", "a2", "b1", "b2")
    ]


def test_scripts_frames_and_comments_are_no_text() -> None:
    assert to_text("<p>a<script>x</script><style>y</style><!-- z --><iframe>f</iframe></p>") == "a"


@pytest.mark.parametrize("depth", [100, 300, 1500])
def test_deep_nesting_keeps_the_words(depth: int) -> None:
    assert to_text("<div>" * depth + "words" + "</div>" * depth) == "words"


@given(st.text())
def test_no_text_makes_it_fail_and_what_comes_out_can_be_written(markup: str) -> None:
    for text in (to_text(markup), title_text(markup), to_text(f"<p>{markup}")):
        text.encode()
        assert text == text.strip()
    assert "\n" not in title_text(markup)


def test_texts_that_are_cleaned_at_the_same_time_stay_apart() -> None:
    pages = [f"<p>The first of {number}.</p><p>The last of {number}.</p>" for number in range(64)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            cleaned = list(pool.map(to_text, pages * 40))
    finally:
        sys.setswitchinterval(interval)
    assert cleaned == [f"The first of {number}.\n\nThe last of {number}." for number in range(64)] * 40
