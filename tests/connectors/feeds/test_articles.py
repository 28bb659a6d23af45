from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from connectors.feeds.articles import Memory, Published, digest, identify, learnt, select
from connectors.feeds.parse import Entry, Feed
from schemas.ids import stable_id
from schemas.records import Article
from tests.connectors.feeds.site import START

FEED = "https://wire.example/feed"
PAGE = "https://ministry.example/statements"


class Reader:
    """A feed that is fetched again and again, and what is remembered of it."""

    def __init__(self, feed: str = FEED) -> None:
        self.feed = feed
        self.now = START
        self.first = True
        self.ids: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        self.published: dict[str, Published] = {}

    def fetch(self, *entries: Entry) -> list[Article]:
        """What this fetch publishes."""
        self.now += timedelta(minutes=10)
        found = identify(self.feed, entries, self.ids)
        memory = Memory(first=self.first, digests=self.digests, published=self.published)
        articles = select(self.feed, Feed(title="Wire", entries=entries), found, memory, self.now)
        self.first = False
        self.ids |= learnt(found, self.ids)
        self.digests |= {one.id: digest(one.entry) for one in found}
        for article in articles:
            self.published[article.id] = Published(
                version=article.version,
                first_seen=article.first_seen,
                backlog=article.backlog,
                title=article.title,
                text=article.text,
            )
        return articles

    def given(self, *entries: Entry) -> Mapping[str | None, str]:
        """Title → id, for a fetch that changes nothing."""
        return {one.entry.title: one.id for one in identify(self.feed, entries, self.ids)}


def statement(title: str, **fields: object) -> Entry:
    return msgspec.convert({"title": title, "url": PAGE, "text": f"{title} text.", **fields}, Entry)


def ids(articles: list[Article]) -> set[str]:
    return {article.id for article in articles}


def test_ids_are_made_as_written() -> None:
    reader = Reader()
    entries = [
        Entry(title="A", url=PAGE),
        Entry(title="B", url=PAGE),
        Entry(title="C", url=PAGE, guid="c"),
        Entry(title="D", guid="d"),
        Entry(title="E"),
        Entry(text="F"),
    ]
    assert [article.id for article in reader.fetch(*entries)] == [
        stable_id("article", PAGE),
        stable_id("article", PAGE, "B"),
        stable_id("article", PAGE, "c"),
        stable_id("article", "feed", FEED, "d"),
        stable_id("article", "feed", FEED, "E"),
        stable_id("article", "feed", FEED, "F"),
    ]


def test_entries_with_one_address_are_told_apart_at_every_fetch() -> None:
    reader = Reader()
    crossing, ships, embassy, visas = map(statement, ["Crossing", "Ships", "Embassy", "Visas"])
    first = reader.fetch(crossing, ships, embassy)
    assert len(ids(first)) == 3
    assert reader.fetch(crossing, ships, embassy) == []
    assert reader.fetch(embassy, crossing, ships) == []
    fourth = reader.fetch(visas, crossing, ships, embassy)
    assert len(fourth) == 1
    assert not ids(fourth) & ids(first)
    fifth = reader.fetch(statement("Grain"))  # alone in the feed, yet the address is known to be shared
    assert not ids(fifth) & ids(first + fourth)


def test_new_guid_and_address_at_every_fetch_are_one_article() -> None:
    reader = Reader()
    story = Entry(
        title="General warns of strike",
        text="On the bridge.",
        published=START,
        guid="qx1",
        url="https://aggregator.example/go/qx1",
    )
    moved = msgspec.structs.replace(story, guid="qx9", url="https://aggregator.example/go/qx9")
    assert len(reader.fetch(story)) == 1
    assert reader.fetch(moved) == []
    assert reader.fetch(story) == []


def test_equal_entries_that_stand_in_the_feed_together_are_two() -> None:
    reader = Reader()
    one = Entry(title="Statement", published=START, url=f"{PAGE}/1")
    two = Entry(title="Statement", published=START, url=f"{PAGE}/2")
    assert len(reader.fetch(one)) == 1
    assert len(reader.fetch(two, one)) == 1


def test_a_guid_keeps_its_article_when_the_address_changes() -> None:
    reader = Reader()
    (first,) = reader.fetch(Entry(title="Old", guid="7", url=f"{PAGE}/old"))
    (second,) = reader.fetch(Entry(title="New", guid="7", url=f"{PAGE}/new"))
    assert second.id == first.id
    assert second.version > first.version
    assert second.first_seen == first.first_seen
    assert reader.given(Entry(title="Newer", url=f"{PAGE}/new")) == {"Newer": first.id}  # the address is an alias now


def test_an_address_learnt_later_changes_no_id() -> None:
    reader = Reader()
    (first,) = reader.fetch(Entry(title="A", guid="7"))
    assert reader.fetch(Entry(title="A", guid="7", url=PAGE)) == []
    assert reader.given(Entry(title="B", url=PAGE)) == {"B": first.id}


def test_a_guid_that_all_entries_share_names_none_of_them() -> None:
    reader = Reader()
    entries = [Entry(title=f"{n}", guid="https://wire.example/", url=f"https://wire.example/{n}") for n in range(3)]
    assert len(ids(reader.fetch(*entries))) == 3
    assert reader.fetch(*entries) == []


def test_repeated_entries_count_once_and_the_later_one_stays() -> None:
    reader = Reader()
    old = Entry(title="A", guid="1", url=PAGE, text="Old.", updated=START)
    new = msgspec.structs.replace(old, text="New.", updated=START + timedelta(hours=1))
    (article,) = reader.fetch(old, new, old)
    assert article.text == "New."
    assert reader.fetch(new, old) == []


def test_a_corrected_headline_is_a_new_version_and_keeps_the_longer_text() -> None:
    reader = Reader()
    (first,) = reader.fetch(Entry(title="Gaurd called", url=PAGE, text="All of it. More."))
    (second,) = reader.fetch(Entry(title="Guard called", url=PAGE, text="All of it."))
    assert (second.id, second.title, second.text) == (first.id, "Guard called", "All of it. More.")
    assert second.version == int(reader.now.timestamp() * 1000)


def test_a_text_that_the_last_one_contains_is_no_change() -> None:
    reader = Reader()
    assert len(reader.fetch(Entry(title="A", url=PAGE, text="All of it. More."))) == 1
    assert reader.fetch(Entry(title="A", url=PAGE, text="All of it.")) == []
    assert reader.fetch(Entry(title="A", url=PAGE)) == []
    assert reader.fetch(Entry(title="A", url=PAGE, text="All of it. More.")) == []
    assert len(reader.fetch(Entry(title="A", url=PAGE, text="All of it. More. And more."))) == 1


def test_two_feeds_with_one_article_do_not_alternate() -> None:
    world, sea = Reader(), Reader("https://wire.example/sea")
    sea.published = world.published
    short, full = Entry(title="A", url=PAGE, text="Teaser ..."), Entry(title="A", url=PAGE, text="The whole text.")
    (first,) = world.fetch(short)
    (second,) = sea.fetch(full)
    assert (first.id, first.first_seen) == (second.id, second.first_seen)
    assert second.version > first.version
    assert [world.fetch(short), sea.fetch(full), world.fetch(short)] == [[], [], []]


def test_backlog_is_what_comes_with_the_first_fetch_and_is_old_or_undated() -> None:
    reader = Reader()
    fetched = {
        article.title: article
        for article in reader.fetch(
            Entry(title="undated", url=f"{PAGE}/1"),
            Entry(title="old", url=f"{PAGE}/2", published=START - timedelta(hours=25)),
            Entry(title="fresh", url=f"{PAGE}/3", published=START - timedelta(hours=23)),
            Entry(title="from 2082", url=f"{PAGE}/4", published=START + timedelta(days=20_000)),
            Entry(title="updated", url=f"{PAGE}/5", updated=START),
        )
    }
    assert {title for title, article in fetched.items() if article.backlog} == {"undated", "old", "from 2082"}
    assert fetched["from 2082"].published is None
    (later,) = reader.fetch(Entry(title="undated too", url=f"{PAGE}/6"))
    assert not later.backlog
    (revised,) = reader.fetch(Entry(title="old, revised", url=f"{PAGE}/2"))
    assert revised.backlog


def test_long_texts_are_cut_and_marked() -> None:
    (article,) = Reader().fetch(Entry(title="t" * 2000, text="x" * 100_001, url=PAGE))
    assert article.truncated
    assert len(article.text or "") == 100_000
    (whole,) = Reader().fetch(Entry(title="t", text="x" * 100_000, url=PAGE))
    assert not whole.truncated


_ENTRIES = st.lists(
    st.builds(
        Entry,
        title=st.sampled_from(["A", "B", None]),
        text=st.sampled_from(["x", "y"]),
        url=st.sampled_from([None, f"{PAGE}/1", f"{PAGE}/2"]),
        guid=st.sampled_from([None, "1", "2"]),
        published=st.sampled_from([None, START]),
    ),
    max_size=6,
)


@given(_ENTRIES, st.data())
def test_a_second_fetch_in_any_order_publishes_nothing_and_gives_the_same_ids(
    entries: list[Entry], data: st.DataObject
) -> None:
    reader = Reader()
    first = reader.fetch(*entries)
    assert len(ids(first)) == len(first)
    known = {one.names.same: one.id for one in identify(FEED, entries, reader.ids)}
    again = data.draw(st.permutations(entries))
    assert {one.names.same: one.id for one in identify(FEED, again, reader.ids)} == known
    assert reader.fetch(*again) == []


@given(st.lists(_ENTRIES, max_size=4))
def test_no_two_entries_of_one_fetch_share_an_id_and_versions_grow(fetches: list[list[Entry]]) -> None:
    reader = Reader()
    versions: dict[str, int] = {}
    for entries in fetches:
        found = identify(FEED, entries, reader.ids)
        assert len({one.id for one in found}) == len(found)
        for article in reader.fetch(*entries):
            assert article.version > versions.get(article.id, 0)
            versions[article.id] = article.version
