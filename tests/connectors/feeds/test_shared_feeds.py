"""Every feed of the shared data is read, and agrees with a peer's reading where there is one, or it is said why not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.feeds.addresses import canonical
from connectors.feeds.check import check
from connectors.feeds.parse import Entry, parse
from schemas.errors import FeedError

SHARED = Path(__file__).parents[3] / ".." / "shared" / "data" / "feeds"
NOW = datetime(2026, 11, 25, tzinfo=UTC)
BASE = "http://base.example/feed.xml"
PEER = ".serde.json"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not here")

NO_FEED = {
    "feed-rs/xml/xml_sample_1.xml": "begins with <catalog>",
    "feed-rs/xml/xml_sample_2.xml": "begins with <catalog>",
    "feedjira/AmazonWebServicesBlogFirstEntryContent.xml": "begins with <div>",
    "feedjira/DuplicateContentAtomFeed.xml": "HTML page",
    "feedjira/HREFConsideredHarmfulFirstEntry.xml": "begins with <p>",
    "feedjira/PaulDixExplainsNothingFirstEntryContent.xml": "begins with <p>",
    "feedjira/TechCrunchFirstEntry.xml": "begins with <img>",
    "feedjira/TechCrunchFirstEntryDescription.xml": "begins with <img>",
    "feedjira/TenderLovemakingFirstEntry.xml": "begins with <p>",
    "netnewswire/ScriptingNews.json": "without a list of items",  # RSS translated to JSON, not JSON Feed
    "netnewswire/allthis-partial.json": "Unterminated string",
}
"""What is no feed at all (pieces of one, pages, other XML), and the words that say so."""

NOTHING_IN_IT = {
    "feed-rs/rss2/rss_2.0_invalid_1.xml": "it has no items",
    "netnewswire/authors.json": "its items have authors, and neither title nor text",
}

DIFFERENT = {
    "feed-rs/atom/atom_relative.xml": {"url": "relative addresses are made absolute by where the feed came from"},
    "feed-rs/rss1/rss_1.0_example_1.xml": {"url": "relative addresses are made absolute by where the feed came from"},
    "feed-rs/atom/atom_xml_base.xml": {"url": "an Atom id that is an address stands for a missing link"},
    "feed-rs/rss2/rss_2.0_spec_1.xml": {"url": "a guid that is an address stands for a missing link"},
    "feed-rs/rss1/rss_1.0_biorxiv.xml": {"published": "a day without a time and zone is no point in time"},
    "feed-rs/rss1/rss_1.0_debian.xml": {"published": "a day without a time and zone is no point in time"},
}


def paths(suffix: str = "") -> list[str]:
    files = (path for path in SHARED.rglob("*") if path.is_file() and not path.name.endswith(PEER))
    return sorted(
        path.relative_to(SHARED).as_posix() for path in files if not suffix or path.with_suffix(suffix).exists()
    )


@pytest.mark.parametrize("path", paths())
def test_a_file_gives_articles_or_one_clear_line(path: str) -> None:
    if path in NO_FEED:
        with pytest.raises(FeedError) as caught:
            check(str(SHARED / path), lambda: NOW)
        assert NO_FEED[path] in str(caught.value)
        assert "\n" not in str(caught.value)
        return
    articles = check(str(SHARED / path), lambda: NOW).articles
    assert bool(articles) == (path not in NOTHING_IN_IT)
    assert len({article.id for article in articles}) == len(articles)
    for article in articles:
        f"{article.title}{article.text}".encode()


@pytest.mark.parametrize("path", paths(PEER))
def test_a_peer_reads_the_same(path: str) -> None:
    expected = json.loads((SHARED / path).with_suffix(PEER).read_text(encoding="utf-8"))
    entries = parse((SHARED / path).read_bytes(), BASE).entries
    peers = [peer for peer in expected["entries"] if peer["title"] or peer["summary"] or peer["content"]]
    if path in NOTHING_IN_IT:
        return
    assert len(entries) == len(peers)
    differences = {
        field for pair in zip(entries, peers, strict=True) for field in differing(*pair, expected["feed_type"])
    }
    assert differences == set(DIFFERENT.get(path, {}))


def differing(entry: Entry, peer: dict[str, Any], feed_type: str) -> set[str]:
    """The fields in which ``entry`` and what the peer read disagree."""
    found = set()
    if (entry.title or "") != " ".join(((peer["title"] or {}).get("content") or "").split()):
        found.add("title")
    links = [canonical(link["href"]) for link in peer["links"]]
    if entry.url != (links[0] if links else None) and entry.url not in links:
        found.add("url")
    # Where a feed gives no id, the peer makes one up, and for RSS 1.0 it overlooks rdf:about.
    if entry.guid is not None and feed_type != "RSS1" and entry.guid != peer["id"]:
        found.add("id")
    if millis(entry.published) != peer["published"]:
        found.add("published")
    # RSS has no date of change; the peer repeats that of publication.
    if not feed_type.startswith("RSS") and millis(entry.updated) != peer["updated"]:
        found.add("updated")
    return found


def millis(time: datetime | None) -> str | None:
    """``time`` as the peer writes it."""
    if time is None:
        return None
    text = time.isoformat(timespec="milliseconds" if time.microsecond else "seconds")
    return text.removesuffix("+00:00") + "Z"
