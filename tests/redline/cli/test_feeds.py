"""Feeds are added, listed, exchanged as OPML and removed; checking one stores nothing."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from redline.homes import EmbeddedHomes
from schemas.records import Article, decode
from schemas.times import utc_now
from tests.redline.cli.conftest import Redline

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>The Lantern</title><link>https://lantern.example/</link>
<item><title>Harbour shut</title><link>https://lantern.example/1</link><guid>1</guid>
<description>&lt;p&gt;No ship may enter.&lt;/p&gt;</description></item>
<item><title>Harbour open</title><link>https://lantern.example/2</link><guid>2</guid></item></channel></rss>"""


def urls(redline: Redline) -> list[str]:
    return [json.loads(line)["url"] for line in redline("feeds", "list", "--json").stdout.splitlines()]


def test_added_listed_removed(redline: Redline) -> None:
    assert redline("feeds", "add", "https://b.example/rss", "--title", "B").exit_code == 0
    redline("feeds", "add", "https://a.example/rss")
    assert urls(redline) == ["https://a.example/rss", "https://b.example/rss"]
    shown = redline("feeds", "list").stdout
    assert "https://b.example/rss  B  not read yet" in shown
    assert redline("feeds", "remove", "https://a.example/rss").exit_code == 0
    assert urls(redline) == ["https://b.example/rss"]


def test_a_host_that_asked_for_a_pause_is_shown_with_its_reason(redline: Redline, data: Path) -> None:
    redline("feeds", "add", "https://b.example/rss")
    with closing(EmbeddedHomes(data).feeds()) as state:
        state.hold("b.example", utc_now() + timedelta(hours=1), "429 Too Many Requests")
    shown = redline("feeds", "list").stdout
    assert "waits until" in shown
    assert "429 Too Many Requests" in shown


def test_adding_twice_is_no_error(redline: Redline) -> None:
    redline("feeds", "add", "https://a.example/rss")
    again = redline("feeds", "add", "https://a.example/rss")
    assert (again.exit_code, again.stdout) == (0, "")
    assert "already" in again.stderr


def test_removing_or_adding_what_is_no_feed(redline: Redline) -> None:
    assert redline("feeds", "remove", "https://a.example/rss").exit_code == 1
    result = redline("feeds", "add", "a.example")
    assert result.exit_code == 1
    assert "a.example" in result.stderr


def test_exported_and_imported(redline: Redline, tmp_path: Path) -> None:
    redline("feeds", "add", "https://a.example/rss?x=1&y=2", "--title", "Ä & B")
    opml = tmp_path / "my.opml"
    opml.write_bytes(redline("feeds", "export").stdout_bytes)
    redline("feeds", "remove", "https://a.example/rss?x=1&y=2")
    assert redline("feeds", "import", str(opml)).stderr == "Feeds added: 1; there already: 0.\n"
    assert redline("feeds", "import", str(opml)).stderr == "Feeds added: 0; there already: 1.\n"
    assert "Ä & B" in redline("feeds", "list").stdout


def test_a_broken_list_is_one_clear_line(redline: Redline, tmp_path: Path) -> None:
    opml = tmp_path / "my.opml"
    opml.write_text("<opml><body>")
    result = redline("feeds", "import", str(opml))
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert "my.opml" in line


def test_check_shows_articles_and_stores_nothing(redline: Redline, data: Path, tmp_path: Path) -> None:
    feed = tmp_path / "lantern.xml"
    feed.write_text(RSS)
    articles = [
        decode(line.encode(), Article) for line in redline("feeds", "check", str(feed), "--json").stdout.splitlines()
    ]
    assert [article.title for article in articles] == ["Harbour shut", "Harbour open"]
    assert articles[0].text == "No ship may enter."
    shown = redline("feeds", "check", str(feed)).stdout
    assert "The Lantern" in shown
    assert "2 articles" in shown
    assert not data.exists()


def test_check_says_in_one_line_why_not(redline: Redline, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body>Not found</body></html>")
    result = redline("feeds", "check", str(page))
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
