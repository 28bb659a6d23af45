"""Stories: articles with the same or nearly the same text, named after the one that was seen first.

Candidates come from locality-sensitive hashing (32 bands of 4 rows), and are kept at a Jaccard similarity of 0.4 over
pairs of words: measured to find all texts with up to a tenth of their words changed and to join no two that tell of
different things. A short text shares so few pairs that it must agree almost wholly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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


class Stories:
    """The stories of a window of articles, in memory."""

    def __init__(self) -> None:
        self._known: list[_Known] = []
        self._lsh = RMinHashLSH(threshold=_SIMILAR, num_perm=PERMUTATIONS, num_bands=_BANDS)
        self._story_of: dict[str, str] = {}
        self._first_seen: dict[str, datetime] = {}
        self._last_signature: dict[str, int] = {}

    def story_of(self, article: str) -> str | None:
        """The story that ``article`` was given, if it is known."""
        return self._story_of.get(article)

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

    def _is_new(self, article: str, signature: str | None) -> bool:
        """Whether this is another signature than the last one of ``article``; what is read again has the same."""
        last = self._last_signature.get(article)
        self._last_signature[article] = hash(signature)
        return last != self._last_signature[article]

    def add(self, article: str, story: str, signature: str | None, first_seen: datetime) -> None:
        """Remember that ``article`` belongs to ``story``."""
        self._story_of[article] = story
        earlier = self._first_seen.get(story)
        if earlier is None or first_seen < earlier:
            self._first_seen[story] = first_seen
        known = restore(signature) if signature else None
        if known is not None and self._is_new(article, signature):
            self._lsh.insert(len(self._known), known.minhash)
            self._known.append(_Known(story, known))
