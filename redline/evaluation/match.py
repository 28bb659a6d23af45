"""Sets what was found in an article beside its labels: which statements are the same, and which slots agree.

Rules:
- Two statements can be the same where a sentence of evidence of the one overlaps a sentence of the other by at least
  half of the shorter one. They are paired one to one: those of one side first, then those that share most.
- Only a pair of one side is a statement found; a pair of two sides is one missed and one false, and tells how often the
  side alone was wrong.
- Names are the same where the gazetteer gives them one entry, or where they differ only in case, accents and a leading
  article or possessive. Sides are the same where the gazetteer says so (the Soviet Union is Russia).
- A quotation is the same if it is so letter for letter, but for the marks within it and white space. Other words of the
  text agree loosely if they share half of their words (F1 over words as the search folds them).
- A slot that neither has is not counted; one that only one of both has is wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from redline.evaluation.corpus import LabelledArticle, LabelledStatement, Place, places
from schemas.gazetteer import Gazetteer, name_key
from schemas.query.analyse import words
from schemas.records import EnrichedArticle, Statement

LEAST_SHARED = 0.5
_DETERMINER = re.compile(r"(?:the|a|an|its|his|her|their|our|this|that)\s+", re.IGNORECASE)
_MARKS = str.maketrans("“”„«»‘’‚‹›", "\"\"\"\"\"'''''")


class Pair(NamedTuple):
    """A labelled statement and the one found for it."""

    label: LabelledStatement
    found: Statement


class Match(NamedTuple):
    """The statements of one article: the same in labels and reading, of the wrong side, missed, and false."""

    right: list[Pair]
    wrong_side: list[Pair]
    missed: list[LabelledStatement]
    false: list[Statement]


class Matcher:
    """Compares labels with readings; ``gazetteer`` knows which names are one."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._slots: Mapping[str, Callable[[LabelledStatement, Statement], bool | None]] = {
            "side": lambda label, found: self.side(label.side) == self.side(found.side),
            "kind": lambda label, found: label.kind == found.kind,
            "speaker": lambda label, found: _both(label.speaker, found.speaker, self.same_name),
            "role": lambda label, found: _both(label.role, found.role, loosely_same),
            "target": lambda label, found: _both(label.target, found.target, loosely_same),
            "target_sides": self._same_target_sides,
            "condition": lambda label, found: _both(label.condition, found.condition, loosely_same),
            "consequence": lambda label, found: _both(label.consequence, found.consequence, loosely_same),
            "quote_verbatim": lambda label, found: _both(label.quote, found.quote, _verbatim),
            "quote_loose": lambda label, found: _both(label.quote, found.quote, loosely_same),
        }

    def statements(self, label: LabelledArticle, found: EnrichedArticle) -> Match:
        """The statements of ``label`` and ``found``, paired."""
        shared = {
            (i, j): common
            for i, labelled in enumerate(label.statements)
            for j, statement in enumerate(found.statements)
            if (common := _shared(label, labelled, statement))
        }
        pairs: dict[int, int] = {}
        for i, j in sorted(shared, key=lambda ij: (not self._of_one_side(label, found, ij), -shared[ij], ij)):
            if i not in pairs and j not in pairs.values():
                pairs[i] = j
        both = [Pair(label.statements[i], found.statements[j]) for i, j in sorted(pairs.items())]
        right = [pair for pair in both if self.side(pair.label.side) == self.side(pair.found.side)]
        return Match(
            right=right,
            wrong_side=[pair for pair in both if pair not in right],
            missed=[one for i, one in enumerate(label.statements) if i not in pairs],
            false=[one for j, one in enumerate(found.statements) if j not in pairs.values()],
        )

    def slots(self, pair: Pair) -> dict[str, bool]:
        """Each slot that one of ``pair`` has, and whether they agree on it."""
        verdicts = {name: agree(pair.label, pair.found) for name, agree in self._slots.items()}
        return {name: verdict for name, verdict in verdicts.items() if verdict is not None}

    def side(self, name: str) -> str:
        """The one name of a side."""
        entry = self._gazetteer.lookup(name)
        return name_key(entry.side if entry is not None and entry.side is not None else name)

    def name(self, name: str) -> str:
        """What all spellings of ``name`` have in common."""
        bare = _DETERMINER.sub("", name, count=1) if _DETERMINER.match(name) else name
        entry = self._gazetteer.lookup(bare)
        return entry.id if entry is not None else name_key(bare)

    def same_name(self, one: str, other: str) -> bool:
        """Whether both name the same."""
        return self.name(one) == self.name(other)

    def _of_one_side(self, label: LabelledArticle, found: EnrichedArticle, ij: tuple[int, int]) -> bool:
        return self.side(label.statements[ij[0]].side) == self.side(found.statements[ij[1]].side)

    def _same_target_sides(self, label: LabelledStatement, found: Statement) -> bool | None:
        if not (label.target_sides or found.target_sides):
            return None
        return {self.side(side) for side in label.target_sides} == {self.side(side) for side in found.target_sides}


def loosely_same(one: str, other: str) -> bool:
    """Whether two texts share at least half of their words."""
    first, second = (Counter(token.text for token in words(text)) for text in (one, other))
    shared = (first & second).total()
    return shared > 0 and 2 * shared / (first.total() + second.total()) >= LEAST_SHARED


def _verbatim(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(quote: str) -> str:
    return " ".join(quote.translate(_MARKS).split()).rstrip(".,;:")


def _both(label: str | None, found: str | None, same: Callable[[str, str], bool]) -> bool | None:
    if label is None or found is None:
        return None if label is found else False
    return same(label, found)


def _shared(article: LabelledArticle, label: LabelledStatement, found: Statement) -> int:
    """The characters of evidence that both have in sentences that are much the same."""
    labelled = {place for sentence in label.evidence for place in places(article, sentence)}
    read = {Place(piece.field, piece.start, piece.end) for piece in found.evidence}
    return sum(_common(one, other) for one in labelled for other in read)


def _common(one: Place, other: Place) -> int:
    """The characters in common, none if they are fewer than half of the shorter place."""
    if one.field != other.field:
        return 0
    common = min(one.end, other.end) - max(one.start, other.start)
    shorter = min(one.end - one.start, other.end - other.start)
    return common if common > 0 and common >= LEAST_SHARED * shorter else 0
