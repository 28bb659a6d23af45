"""For whom an official speaks where the words around the name do not say it: the side that the sentences are about.

"Moldova will answer, the minister said": Moldova. "In Monrovia, Information Minister Jeroline Weah ...": Liberia. What
each tie between a side and a sentence is worth was learnt from labelled articles (``make models``).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from pipelines.reading.statements.origins import likely_sides
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.side_weights import load_side_weights
from pipelines.reading.statements.ties import Ties

LEAST_CHANCE = 0.6
"""A side less likely than that is not lent: a wrong side is a false alert."""


class Lending:
    """Lends a side of the article to whoever speaks in it for nobody named."""

    def __init__(self, ties: Ties) -> None:
        """``ties`` tells how each side is tied to a sentence of the article."""
        self._ties = ties

    def side(self, spoken_in: Iterable[Sentence], name: str | None = None) -> str | None:
        """The side that one who speaks in the sentences ``spoken_in`` most likely speaks for; None for none likely.

        ``name`` is that of a person, which may tell where this one is from.
        """
        weights = load_side_weights().speaks
        total = {
            side: sum(weights.get(tie, 0.0) * times for tie, times in ties.items())
            for side, ties in self.ties(spoken_in, name).items()
        }
        if not total:
            return None
        likeliest = max(total, key=lambda side: total[side])
        chance = 1 / sum(math.exp(other - total[likeliest]) for other in total.values())
        return likeliest if chance >= LEAST_CHANCE else None

    def ties(self, spoken_in: Iterable[Sentence], name: str | None) -> dict[str, Counter[str]]:
        """How often each tie ties a side to one called ``name`` who speaks in the sentences ``spoken_in``."""
        found: dict[str, Counter[str]] = {}
        for sentence in spoken_in:
            for side, ties in self._ties.of(sentence).items():
                found.setdefault(side, Counter()).update(ties)
        sides = likely_sides(name) if name is not None else frozenset[str]()
        if sides & set(found):
            for side, told in found.items():
                told["name fits" if side in sides else "name fits another"] += 1
        return found
