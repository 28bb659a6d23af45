"""Stories: articles with the same or nearly the same text, named after the one that was seen first.

Candidates come from locality-sensitive hashing (32 bands of 4 rows), and are kept at a Jaccard similarity of 0.4 over
pairs of words: measured to find all texts with up to a tenth of their words changed and to join no two that tell of
different things. A short text shares so few pairs that it must agree almost wholly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from rensa import RMinHashLSH

from pipelines.novelty.signature import PERMUTATIONS, Signature, restore

_BANDS = 32
_SIMILAR = 0.4
_SIMILAR_SHORT = 0.8
_SHORT = 30  # pairs of words


@dataclass(frozen=True)
class _Known:
    story: str
    signature: Signature


@dataclass
class _Member:
    """An article of a story: when it was seen, the hash of its last signature, and the numbers of all that it had."""

    story: str
    first_seen: datetime
    signature: int | None = None
    numbers: list[int] = field(default_factory=list)


class Stories:
    """The stories of a window of articles, in memory."""

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}
        self._numbers = count()
        self._lsh = RMinHashLSH(threshold=_SIMILAR, num_perm=PERMUTATIONS, num_bands=_BANDS)
        self._members: dict[str, _Member] = {}
        self._first_seen: dict[str, datetime] = {}

    def __len__(self) -> int:
        """How many articles are known."""
        return len(self._members)

    def story_of(self, article: str) -> str | None:
        """The story that ``article`` was given, if it is known."""
        member = self._members.get(article)
        return member.story if member else None

    def first_seen(self, story: str) -> datetime | None:
        """When the first article of ``story`` was seen, if the story is known."""
        return self._first_seen.get(story)

    def find(self, signature: str | None) -> str | None:
        """The story of the most similar known text (of several: the first), or None where none is similar enough."""
        wanted = restore(signature) if signature else None
        if wanted is None:
            return None
        best: tuple[float, int] | None = None
        for number in self._lsh.query(wanted.minhash):
            known = self._known[number].signature
            similarity = wanted.minhash.jaccard(known.minhash)
            needed = _SIMILAR_SHORT if min(wanted.pairs, known.pairs) < _SHORT else _SIMILAR
            if similarity >= needed and (best is None or (similarity, -number) > best):
                best = (similarity, -number)
        return None if best is None else self._known[-best[1]].story

    def add(self, article: str, story: str, signature: str | None, first_seen: datetime) -> None:
        """Remember that ``article`` belongs to ``story``."""
        member = self._members.setdefault(article, _Member(story, first_seen))
        member.story, member.first_seen = story, min(member.first_seen, first_seen)
        self._first_seen[story] = min(self._first_seen.get(story, first_seen), first_seen)
        changed = member.signature != hash(signature)
        member.signature = hash(signature)
        known = restore(signature) if signature and changed else None
        if known is not None:
            number = next(self._numbers)
            self._lsh.insert(number, known.minhash)
            self._known[number] = _Known(story, known)
            member.numbers.append(number)

    def forget(self, before: datetime, most: int) -> set[str]:
        """Forget the articles first seen before ``before``, and the oldest until ``most`` are left; returns their ids.

        A story is known for as long as one of its articles is.
        """
        by_age = sorted(self._members, key=lambda each: self._members[each].first_seen, reverse=True)
        gone = {each for at, each in enumerate(by_age) if at >= most or self._members[each].first_seen < before}
        for number in [number for article in gone for number in self._members.pop(article).numbers]:
            self._lsh.remove(number)
            del self._known[number]
        left = {member.story for member in self._members.values()}
        self._first_seen = {story: seen for story, seen in self._first_seen.items() if story in left}
        return gone
