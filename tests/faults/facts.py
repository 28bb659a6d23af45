"""What an installation has come to know, without the ids that depend on what was read first, and its comparison."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator
from typing import NamedTuple, cast

from schemas.protocols import Index, Log
from schemas.records import Alert, Article, Claim, Delivery, EnrichedArticle, Record, Statement, Watch, decode

Group = frozenset[str]
"""The addresses of articles that belong together."""


class Fact(NamedTuple):
    """Something that is so: its kind, the addresses of the articles that make it so, and what it is."""

    kind: str
    urls: Group
    what: Hashable


def known(index: Index) -> Counter[Fact]:
    """All articles, stories, statements, claims and alerts of ``index``; each must be there once."""
    for name in ("articles", "statements", "claims", "alerts"):
        index.refresh(name)
    articles = {each.id: each for each in cast(Iterator[EnrichedArticle], index.scan("articles"))}
    url = {id_: each.url or id_ for id_, each in articles.items()}
    claims = {each.id: each for each in cast(Iterator[Claim], index.scan("claims"))}
    told = {id_: frozenset(url[member.article] for member in claim.members) for id_, claim in claims.items()}
    stories: dict[str, set[str]] = defaultdict(set)
    for article in articles.values():
        stories[article.story or ""].add(url[article.id])
    facts = [Fact("article", frozenset({url[each.id]}), (each.title, each.text)) for each in articles.values()]
    facts += [Fact("story", frozenset(group), None) for group in stories.values()]
    for statement in cast(Iterator[Statement], index.scan("statements")):
        words = tuple(piece.text for piece in statement.evidence)
        what = (words, statement.side, statement.kind, statement.state, told.get(statement.claim or ""))
        facts.append(Fact("statement", frozenset({url[statement.article]}), what))
    facts += [
        Fact("claim", told[id_], (each.side, each.kind, len(each.members), each.sightings, each.sources))
        for id_, each in claims.items()
    ]
    watches = {each.id: each.name for each in cast(Iterator[Watch], index.scan("watches"))}
    for alert in cast(Iterator[Alert], index.scan("alerts")):
        about = told[alert.claim] if alert.claim else frozenset(stories[alert.story or ""])
        facts.append(Fact("alert", about, (watches[alert.watch], alert.state)))
    return Counter(facts)


def differences(found: Counter[Fact], expected: Counter[Fact], urls: Collection[str]) -> list[str]:
    """How ``found`` differs from what ``expected`` tells of the articles ``urls``; empty where it does not."""
    due = Counter({fact: count for fact, count in expected.items() if fact.urls <= set(urls)})
    return _told("lost", due - found) + _told("too much", found - due)


def not_durable(log: Log, index: Index) -> list[str]:
    """What committed offsets say is done and the index does not have. True at every moment, whatever runs."""
    done = {record.id: record for record in _records(log, "articles", log.committed("process", "articles"), Article)}
    stored = index.get("articles", done)
    lines = []
    for id_, record in done.items():
        found = stored.get(id_)
        if found is None or getattr(found.record, "version", 0) < getattr(record, "version", 0):
            lines.append(f"committed, but not stored: article {id_}")
        else:
            lines += _not_told(index, cast(EnrichedArticle, found.record))
    ended = {record.id for record in _records(log, "alerts", log.committed("notify", "alerts"), Alert)}
    delivered = {cast(Delivery, record).alert for record in index.scan("deliveries")}
    return lines + [f"committed, but without a delivery: alert {id_}" for id_ in ended - delivered]


def not_delivered(log: Log, index: Index, arrived: Collection[str]) -> list[str]:
    """How alerts, topic, deliveries and what arrived at the receiver disagree when all is settled."""
    alerts = {record.id for record in index.scan("alerts")}
    ends = {partition: log.end("alerts", partition) for partition in range(log.partitions("alerts"))}
    appended = {record.id for record in _records(log, "alerts", ends, Alert)}
    pending = {cast(Delivery, each).alert for each in index.scan("deliveries") if not cast(Delivery, each).delivered}
    lines = [f"stored, but not in the topic: alert {id_}" for id_ in alerts - appended]
    lines += [f"in the topic, but not stored: alert {id_}" for id_ in appended - alerts]
    lines += [f"never arrived: alert {id_}" for id_ in alerts - set(arrived)]
    lines += [f"arrived, but not stored: alert {id_}" for id_ in set(arrived) - alerts]
    return lines + [f"still to be delivered: alert {id_}" for id_ in pending]


def _told(what: str, facts: Counter[Fact]) -> list[str]:
    """One line for each kind of fact, with one of them as an example."""
    kinds = Counter(fact.kind for fact in facts.elements())
    examples = {fact.kind: fact for fact in facts}
    return [f"{what}: {count} of kind {kind}, such as {examples[kind]}" for kind, count in kinds.items()]


def _not_told(index: Index, article: EnrichedArticle) -> list[str]:
    """The statements of a stored article that are not stored themselves, or that their claim does not have."""
    statements = index.get("statements", [each.id for each in article.statements])
    claims = index.get("claims", {each.claim for each in article.statements if each.claim})
    lines = []
    for each in article.statements:
        if each.id not in statements:
            lines.append(f"committed, but not stored: statement {each.id}")
        claim = claims.get(each.claim or "")
        if claim is None or all(member.statement != each.id for member in cast(Claim, claim.record).members):
            lines.append(f"committed, but not in its claim: statement {each.id}")
    return lines


def _records(log: Log, topic: str, ends: dict[int, int], kind: type[Record]) -> Iterator[Record]:
    for partition, end in ends.items():
        position = 0
        while position < end and (records := log.read(topic, partition, position, end - position)):
            yield from (decode(each.value or b"", kind) for each in records)
            position = records[-1].offset + 1
