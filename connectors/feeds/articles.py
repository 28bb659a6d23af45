"""Which entries of a fetched feed become articles, and under which ids: pure, from the entries and what is remembered.

An entry is looked for by its *names*, from the most certain to the least:

- ``same``: nothing about it has changed. So a feed in another order gives the same ids.
- ``guid``, unless entries of this feed share it; then ``url + title``.
- ``url`` alone, where the entry has no guid and no other entry was ever seen with that address.
- ``copy``: title, time and text of an entry that is gone now. Aggregators give new addresses and guids each time.

An entry that none of them finds is new. Its id is the hash of its address; from the second entry of one address on, of
address and guid (else title, else that and the rest); without an address, of feed and guid (else title, else text).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from connectors.feeds.addresses import host_of
from connectors.feeds.dates import plausible
from schemas.ids import stable_id
from schemas.records import Article

if TYPE_CHECKING:
    from connectors.feeds.parse import Entry, Feed

LONGEST_TEXT = 100_000
LONGEST_TITLE = 1_000
RECENT = timedelta(hours=24)
SEVERAL = ""
"""What an address is a name of, once several entries had it: nothing."""


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What was last published under an id, whichever feed it came from."""

    version: int
    first_seen: datetime
    backlog: bool
    title: str | None
    text: str | None


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of some ids. ``first``: the feed was never read before.

    ``digests`` is id → hash of what this feed last said under it, ``published`` id → what is out.
    """

    first: bool
    digests: Mapping[str, str] = {}
    published: Mapping[str, Published] = {}


class Names(NamedTuple):
    """The names of one entry, each a hash; None where the entry lacks what it takes."""

    same: str
    guid: str | None
    url_title: str | None
    url: str | None
    copy: str | None


def names(entry: Entry) -> Names:
    """The names under which ``entry`` is looked for and remembered."""
    title, text, date = entry.title or "", entry.text or "", str(entry.published or "")
    return Names(
        same=stable_id("same", entry.guid or "", entry.url or "", title, date, text),
        guid=stable_id("guid", entry.guid) if entry.guid else None,
        url_title=stable_id("url title", entry.url, title) if entry.url and title else None,
        url=stable_id("url", entry.url) if entry.url else None,
        copy=stable_id("copy", title, date, text) if title and date else None,
    )


class Identified(NamedTuple):
    """An entry with its names and its id."""

    entry: Entry
    names: Names
    id: str


def identify(url: str, entries: Iterable[Entry], known: Mapping[str, str]) -> list[Identified]:
    """The entries of feed ``url`` with their ids; repetitions are left out. ``known`` is name → id."""
    found = _distinct(entries)
    shared = Counter(keys.url for _, keys in found)
    given: dict[int, str] = {}
    taken: set[str] = set()

    def claim(kind: str, among: Iterable[int]) -> None:
        for position in among:
            identity = known.get(getattr(found[position][1], kind) or "", SEVERAL)
            if identity != SEVERAL and position not in given and identity not in taken:
                given[position] = identity
                taken.add(identity)

    everything = range(len(found))
    for kind in ("same", "guid", "url_title"):
        claim(kind, everything)
    claim("url", [at for at in everything if found[at][1].guid is None and shared[found[at][1].url] == 1])
    claim("copy", everything)
    for position in everything:
        if position not in given:
            entry, keys = found[position]
            given[position] = _new_id(url, entry, address_is_free=keys.url not in known, taken=taken)
            taken.add(given[position])
    return [Identified(*found[position], given[position]) for position in everything]


def select(
    url: str, feed: Feed, found: Sequence[Identified], memory: Memory, fetched: datetime, publisher: str | None = None
) -> list[Article]:
    """The articles to publish of what was ``found`` in ``feed``, ``fetched`` from ``url``: what is new or changed.

    ``publisher`` is the name that the user gave the feed; the source that an entry itself names goes before it, the
    feed's own title after it. ``memory`` covers the ids of ``found``.
    """
    source = publisher or feed.title or host_of(url)
    articles = []
    for entry, _, identity in found:
        last = memory.published.get(identity)
        if last and memory.digests.get(identity) == digest(entry):
            continue
        article = _article(url, entry, identity, source, fetched, memory.first)
        if last is None:
            articles.append(article)
        elif (revised := _revision(article, last)) is not None:
            articles.append(revised)
    return articles


def digest(entry: Entry) -> str:
    """A hash of what ``entry`` says; while it stays, the entry is unchanged."""
    return stable_id(entry.title or "", entry.text or "")


def learnt(found: Iterable[Identified], known: Mapping[str, str]) -> dict[str, str]:
    """The names to remember, with their ids. An address that several entries have, or had, names none of them."""
    ids: dict[str, str] = {}
    addresses: dict[str, set[str]] = {}
    for _, keys, identity in found:
        ids |= dict.fromkeys((key for key in keys if key), identity)
        if keys.url:
            addresses.setdefault(keys.url, set()).add(identity)
    for address, having in addresses.items():
        if len(having | {known.get(address, ids[address])}) > 1:
            ids[address] = SEVERAL
    return ids


def _distinct(entries: Iterable[Entry]) -> list[tuple[Entry, Names]]:
    """The entries once each. A guid names an entry only if all that have it have one address; the fullest one stays."""
    found = {keys.same: (entry, keys) for entry in entries for keys in [names(entry)]}
    addresses: dict[str | None, set[str | None]] = {}
    for _, keys in found.values():
        addresses.setdefault(keys.guid, set()).add(keys.url)
    once: dict[str, tuple[Entry, Names]] = {}
    for entry, keys in found.values():
        if keys.guid is None or len(addresses[keys.guid]) > 1:
            once[keys.same] = (entry, keys._replace(guid=None))
        elif keys.guid not in once or _later(entry, once[keys.guid][0]):
            once[keys.guid] = (entry, keys)
    return list(once.values())


def _later(entry: Entry, other: Entry) -> bool:
    def order(one: Entry) -> tuple[str, str, int, str]:
        return str(one.updated or ""), str(one.published or ""), len(one.text or ""), names(one).same

    return order(entry) > order(other)


def _new_id(feed: str, entry: Entry, *, address_is_free: bool, taken: set[str]) -> str:
    """The first id that is free of those that the module describes."""
    also = entry.guid or entry.title or entry.text or ""
    base = (entry.url,) if entry.url else ("feed", feed)
    choices = [base] if entry.url and address_is_free else []
    choices += [(*base, also), (*base, also, str(entry.published or ""), entry.title or "", entry.text or "")]
    ids = [stable_id("article", *choice) for choice in choices]
    return next((identity for identity in ids if identity not in taken), ids[-1])


def _article(url: str, entry: Entry, identity: str, source: str, fetched: datetime, first: bool) -> Article:
    published, updated = plausible(entry.published, fetched), plausible(entry.updated, fetched)
    title, text = entry.title or "", entry.text or ""
    date = published or updated
    return Article(
        id=identity,
        feed=url,
        fetched=fetched,
        source=entry.source or source or None,
        url=entry.url,
        title=title[:LONGEST_TITLE].strip() or None,
        text=text[:LONGEST_TEXT].strip() or None,
        lang=entry.lang,
        authors=entry.authors,
        tags=entry.tags,
        published=published,
        updated=updated,
        backlog=first and (date is None or fetched - date > RECENT),
        truncated=len(title) > LONGEST_TITLE or len(text) > LONGEST_TEXT,
    )


def _revision(article: Article, last: Published) -> Article | None:
    """``article`` as the next version after ``last``; None where it says nothing that ``last`` does not contain."""
    text = last.text if (article.text or "") in (last.text or "") else article.text
    if text == last.text and article.title in (None, last.title):
        return None
    return msgspec.structs.replace(
        article,
        version=max(article.version, last.version + 1),
        first_seen=last.first_seen,
        backlog=last.backlog,
        title=article.title or last.title,
        text=text,
    )
