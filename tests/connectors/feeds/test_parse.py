from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.feeds.parse import Entry, parse
from schemas.errors import FeedError
from tests.connectors.feeds.site import item, rss

BASE = "http://port.example/blog/feed.xml"


def entries(body: bytes, charset: str | None = None) -> tuple[Entry, ...]:
    return parse(body, BASE, charset).entries


def test_rss_in_full() -> None:
    feed = parse(
        b"""<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
               xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Gulf &amp; Wire</title>
        <language>en-gb</language>
        <item><title>A note</title><link>https://wire.example/1?utm_source=rss</link>
          <guid isPermaLink="false">n-1</guid><pubDate>Tue, 24 Nov 2026 08:00:00 +0100</pubDate>
          <dc:creator>Ada Berg</dc:creator><category>Sea</category><category>Sea</category>
          <source url="https://fjord.example">Fjord Daily</source>
          <description>Short.</description><content:encoded><![CDATA[<p>Long.</p><p>Longer.</p>]]></content:encoded></item>
        </channel></rss>""",
        BASE,
    )
    assert feed.title == "Gulf & Wire"
    assert feed.entries == (
        Entry(
            title="A note",
            text="Long.\n\nLonger.",
            url="https://wire.example/1",
            guid="n-1",
            source="Fjord Daily",
            lang="en-gb",
            authors=("Ada Berg",),
            tags=("Sea",),
            published=datetime(2026, 11, 24, 7, tzinfo=UTC),
        ),
    )


def test_json_feed_in_full() -> None:
    feed = parse(
        b"""{"version": "https://jsonfeed.org/version/1.1", "title": "Gulf Wire", "language": "en", "items": [
          {"id": 7, "url": "/7", "title": "A \\ud801 note", "content_html": "<p>Long.</p><p>Longer.</p>",
           "tags": ["Sea", 3],
           "author": {"name": "Ada Berg"}, "date_published": "2026-11-24T08:00:00+01:00"},
          {"id": "8", "content_text": "Only text.", "title": 12}, {"id": "9"}, "no item"]}""",
        BASE,
    )
    assert feed.entries == (
        Entry(
            title="A note",
            text="Long.\n\nLonger.",
            url="http://port.example/7",
            guid="7",
            lang="en",
            authors=("Ada Berg",),
            published=datetime(2026, 11, 24, 7, tzinfo=UTC),
        ),
        Entry(text="Only text.", guid="8", lang="en"),
    )


def test_atom_titles_are_what_their_type_says() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>P</title>
      <entry><id>1</id><title>R&amp;amp;D &lt;now&gt;</title></entry>
      <entry><id>2</id><title type="html">R&amp;amp;D &lt;b&gt;now&lt;/b&gt;</title></entry>
      <entry><id>3</id>
        <title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">R&amp;D <b>now</b></div></title></entry>
      </feed>"""
    assert [entry.title for entry in entries(body)] == ["R&amp;D <now>", "R&D now", "R&D now"]


@pytest.mark.parametrize(
    "reference", ["&#x120000;", "&#xD801;", "&#0;", "&#x1;", "&#99999999999999999999;", "&#xFFFF;"]
)
def test_an_impossible_character_costs_no_entry(reference: str) -> None:
    body = rss(item(1), item(2, text=f"Second {reference} text."), f"<title>Note {reference} three</title>")
    found = entries(body)
    assert len(found) == 3
    assert (found[1].text or "").startswith("Second ")
    assert (found[1].text or "").endswith(" text.")
    for entry in found:
        f"{entry.title}{entry.text}".encode()


def test_html_entities_and_bare_ampersands() -> None:
    body = rss(
        "<title>Rock&nbsp;&&nbsp;roll &mdash; R&D &unknown; &amp;c.</title><link>http://a.example/?a=1&b=2</link>"
    )
    assert entries(body)[0].title == "Rock & roll — R&D &unknown; &c."
    assert entries(body)[0].url == "http://a.example/?a=1&b=2"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("<![CDATA[Talks &lt;suspended&gt; after note]]>", "Talks <suspended> after note"),
        ("Minister: &amp;quot;Not one step back&amp;quot;", 'Minister: "Not one step back"'),
        ("&lt;b&gt;Envoy&lt;/b&gt; recalled &amp;amp; expelled", "Envoy recalled & expelled"),
        ("Arms budget &lt; 2 % of GDP, says chief", "Arms budget < 2 % of GDP, says chief"),
        ("Talks &lt;suspended&gt; after note", "Talks <suspended> after note"),
    ],
)
def test_rss_titles_are_decoded_as_xml_once_and_as_html_once(title: str, text: str) -> None:
    assert entries(rss(f"<title>{title}</title>"))[0].title == text


def test_addresses_are_relative_to_xml_base_and_to_where_the_feed_came_from() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Port Authority</title><id>blog/</id>
      <link rel="self" href="feed.xml"/>
      <entry><title>12</title><id>statement-12/</id><link rel="alternate" href="statement-12/"/></entry>
      <entry xml:base="2026/"><title>13</title><id>statement-13/</id><link href="statement-13/"/></entry>
      <entry xml:base="https://other.example/x/"><title>14</title><id>14</id><link rel="enclosure" href="a.mp3"/>
        <link href="14"/></entry></feed>"""
    assert [entry.url for entry in entries(body)] == [
        "http://port.example/blog/statement-12/",
        "http://port.example/blog/2026/statement-13/",
        "https://other.example/x/14",
    ]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty answer"),
        (b" \n", "empty answer"),
        (b"\xef\xbb\xbf", "empty answer"),
        (b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>", "HTML page ('Just a moment...')"),
        (b"<HTML><body>no</body></HTML>", "HTML page"),
        (b"<catalog/>", "<catalog>"),
        (b"not found", "neither XML nor JSON"),
        (b'{"version": 1}', "without a list of items"),
        (b'{"items": [', "begins like JSON Feed"),
        (b'{"items": ' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_feed_says_so_in_one_line(body: bytes, why: str) -> None:
    with pytest.raises(FeedError) as caught:
        parse(body, BASE)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_feed_without_entries_is_a_feed() -> None:
    assert parse(rss(), BASE).entries == ()
    assert parse(b"<?php warning ?><br /><b>Warning</b>" + rss(item(1))[38:], BASE).title == "Gulf Wire"


def test_a_truncated_feed_gives_what_can_be_read() -> None:
    body = rss(*(item(number) for number in range(10)))
    assert [entry.title for entry in entries(body[: len(body) // 2])][:4] == [f"Note {number}" for number in range(4)]


@given(st.integers(0, 3000))
def test_a_feed_cut_anywhere_is_read_or_refused(length: int) -> None:
    body = rss(*(item(number, text="Ünder «fire» 停火") for number in range(10)))
    try:
        parse(body[:length], BASE)
    except FeedError:
        assert length < 200


def test_entities_of_a_feeds_own_do_not_exist() -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "boom"}">' for n in range(12))
    files = '<!ENTITY f SYSTEM "file:///etc/hostname">'
    head = f"<!DOCTYPE rss [{bomb}{files}]>".encode()
    found = entries(head + rss("<title>x &e11; y &f; z</title>")[38:])
    assert found[0].title == "x &e11; y &f; z"


@pytest.mark.parametrize(
    ("encoding", "declared", "charset"),
    [
        ("utf-8", "utf-8", None),
        ("utf-8", "iso-8859-1", None),  # declared wrongly
        ("utf-8", "utf-8", "iso-8859-1"),
        ("utf-8-sig", "utf-8", None),
        ("utf-16", "utf-16", None),
        ("utf-16-be", "utf-16", None),
        ("windows-1251", "windows-1251", None),
        ("windows-1251", "", "windows-1251"),
        ("koi8-r", "koi8-r", "koi8-r"),
        ("iso-2022-jp", "iso-2022-jp", None),
    ],
)
def test_encodings(encoding: str, declared: str, charset: str | None) -> None:
    title = "Граница закрыта"
    text = (
        rss(f"<title>{title}</title>")
        .decode()
        .replace('encoding="UTF-8"', f'encoding="{declared}"' if declared else "")
    )
    assert entries(text.encode(encoding), charset)[0].title == title


def test_gb2312_means_gbk_and_latin_1_means_windows() -> None:
    chinese = rss("<title>朱镕基</title>").decode().replace("UTF-8", "gb2312").encode("gb18030")
    assert entries(chinese)[0].title == "朱镕基"
    western = rss("<title>He said “no”</title>").decode().replace("UTF-8", "iso-8859-1").encode("windows-1252")
    assert entries(western)[0].title == "He said “no”"


def test_a_stray_byte_does_not_spoil_the_rest() -> None:
    body = rss("<title>Граница закрыта</title>", "<title>x\xff</title>").replace("\xff".encode(), b"\xff")
    assert [entry.title for entry in entries(body)] == ["Граница закрыта", "x\ufffd"]


def test_undeclared_prefixes_are_understood() -> None:
    body = rss(
        "<title>t</title><dc:creator>Ada Berg</dc:creator><my:own a='1'/><content:encoded>Whole text.</content:encoded>"
    )
    assert entries(body)[0].authors == ("Ada Berg",)
    assert entries(body)[0].text == "Whole text."


def test_a_guid_that_is_no_address_stays_as_it_is() -> None:
    assert [entry.guid for entry in entries(rss("<title>t</title><guid>t3_ab</guid>", item(1)))] == [
        "t3_ab",
        "https://wire.example/1",
    ]


def test_what_stands_before_the_feed_is_dropped() -> None:
    head = b"<!-- this <feed> is ours -->\n<!DOCTYPE rss [ <!-- ] --> ]>\n<?xml-stylesheet href='a'?>"
    assert [entry.title for entry in entries(head + rss(item(1))[38:])] == ["Note 1"]


@pytest.mark.parametrize(
    "piece", ["<!DOCTYPE rss [", "<?xml ", "<![CDATA[", "<!--", "<a:", "&", "&lt;x", "(", "<item>", "]]>"]
)
@pytest.mark.parametrize("head", ["", "<rss><channel><item><title>x", "<rss><channel><item><title>x</title><pubDate>"])
def test_hostile_repetition_takes_no_quadratic_time(head: str, piece: str) -> None:
    try:
        entries((head + piece * 20_000).encode())
    except FeedError:
        assert not head


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(body: bytes) -> None:
    for whole in (body, b"<rss><channel><item><title>" + body, b'{"items": [{"title": "' + body + b'"}]}'):
        try:
            found = parse(whole, BASE).entries
        except FeedError:
            continue
        for entry in found:
            f"{entry.title}{entry.text}{entry.guid}{entry.url}".encode()
