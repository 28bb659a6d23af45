"""Claims: what one side said once, however often it is reported, and the window of them in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from pipelines.novelty.likeness import Fingerprint, Likeness
from schemas.records import Claim, Member, Nearest, Statement


class _Known(NamedTuple):
    article: str
    side: str
    claim: str


class Claims:
    """The claims of a window of time, in memory, with the statements that they are recognised by."""

    def __init__(self) -> None:
        self._claims: dict[str, Claim] = {}
        self._by_side: dict[str, dict[str, dict[str, Fingerprint]]] = defaultdict(lambda: defaultdict(dict))
        self._known: dict[str, _Known] = {}

    def claim_of(self, statement: str) -> str | None:
        """The claim that ``statement`` was given, if it is known."""
        known = self._known.get(statement)
        return known.claim if known else None

    def get(self, claim: str) -> Claim | None:
        """The claim of that id, as far as its statements were seen."""
        return self._claims.get(claim)

    def find(self, statement: Statement, besides: Container[str | None] = ()) -> str | None:
        """The claim that ``statement`` repeats, none of ``besides``; of several the one that it is most surely."""
        same = [
            (likeness.score - likeness.needed, claim)
            for claim, likeness in self._likenesses(statement)
            if likeness.same and claim not in besides
        ]
        return max(same)[1] if same else None

    def nearest(self, statement: Statement) -> Nearest | None:
        """The most similar claim of the same side that was seen before ``statement``, its own claim aside."""
        earlier = [
            (likeness.score, claim)
            for claim, likeness in self._likenesses(statement)
            if claim != statement.claim and likeness.score > 0 and self._claims[claim].first_seen < statement.first_seen
        ]
        if not earlier:
            return None
        score, claim = max(earlier)
        return Nearest(claim=claim, first_seen=self._claims[claim].first_seen, similarity=score)

    def _likenesses(self, statement: Statement) -> Iterator[tuple[str, Likeness]]:
        """Each claim of the side with the likeness to the member that is the most like ``statement``."""
        fingerprint = Fingerprint.of(statement)
        for claim, members in self._by_side[statement.side].items():
            likenesses = [fingerprint.likeness(member) for member in members.values()]
            yield claim, max(likenesses, key=lambda each: (each.same, each.score - each.needed))

    def load(self, claim: Claim) -> None:
        """Take over a claim as it was stored."""
        self._claims[claim.id] = claim

    def recognise(self, statement: Statement) -> None:
        """Remember ``statement`` as one by which repetitions of its claim, if that is known, are recognised."""
        if statement.claim is None or statement.claim not in self._claims or statement.id in self._known:
            return
        self._known[statement.id] = _Known(statement.article, statement.side, statement.claim)
        self._by_side[statement.side][statement.claim][statement.id] = Fingerprint.of(statement)

    def report(self, statement: Statement) -> Claim:
        """Enter ``statement`` into the claim that it was given; returns it, under a new version if that changed it."""
        claim = _joined(self._claims.get(statement.claim or statement.id), statement)
        self._claims[claim.id] = claim
        self.recognise(statement)
        return claim

    def forget(self, articles: Container[str]) -> None:
        """Forget the statements of ``articles``, and every claim that no statement is known of any more."""
        for id_, known in [each for each in self._known.items() if each[1].article in articles]:
            del self._known[id_]
            claims = self._by_side[known.side]
            del claims[known.claim][id_]
            if not claims[known.claim]:
                del claims[known.claim]
            if not claims:
                del self._by_side[known.side]
        left = {known.claim for known in self._known.values()}
        self._claims = {id_: claim for id_, claim in self._claims.items() if id_ in left}


def _member(statement: Statement) -> Member:
    return Member(
        statement=statement.id,
        article=statement.article,
        source=statement.source,
        lang=statement.lang,
        published=statement.published,
        first_seen=statement.first_seen,
        retracted=statement.state == "retracted",
    )


def _joined(claim: Claim | None, statement: Statement) -> Claim:
    """``claim`` with ``statement`` among its members, its figures computed anew; equal to ``claim`` if nothing is."""
    member = _member(statement)
    if claim is None:
        words = _words_of(statement)
        return Claim(id=statement.claim or statement.id, version=1, members=(member,), **_figures((member,)), **words)
    others = [each for each in claim.members if each.statement != statement.id]
    if len(others) < len(claim.members):
        members = tuple(member if each.statement == statement.id else each for each in claim.members)
        clearest = statement.confidence >= claim.confidence
    else:
        members = (*claim.members, member)
        clearest = statement.confidence > claim.confidence
    # Where all others are retracted it is the clearest, however little: an earlier reading of it may have been surer.
    clearest = clearest or all(each.retracted for each in others)
    words = _words_of(statement) if clearest and not member.retracted else {}
    joined = msgspec.structs.replace(claim, members=members, **_figures(members), **words)
    return claim if joined == claim else msgspec.structs.replace(joined, version=claim.version + 1)


def _words_of(source: Statement) -> dict[str, Any]:
    names = ("side", "kind", "confidence", "target_sides", "speaker", "role", "target", "condition", "consequence")
    return {name: getattr(source, name) for name in (*names, "quote", "entities", "topics")}


def _figures(members: tuple[Member, ...]) -> dict[str, Any]:
    """What a claim tells of its members: retracted ones count for nothing, unless there are no others."""
    counted = [member for member in members if not member.retracted] or list(members)

    def published(member: Member) -> datetime:
        return member.published or member.first_seen

    return {
        "first_seen": min(member.first_seen for member in members),
        "last_seen": max(member.first_seen for member in members),
        "first_source": min(counted, key=published).source,
        "sightings": len({member.article for member in counted}),
        "sources": len({member.source for member in counted if member.source}),
        "languages": tuple(sorted({member.lang for member in counted if member.lang})),
    }
