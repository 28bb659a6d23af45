"""For whom an official speaks where the words around the name do not say it: the side that the sentences are about.

"Moldova will answer, the minister said": Moldova. "In Monrovia, Information Minister Jeroline Weah ...": Liberia. The
nearer a side is named, and the more it acts, has officials and owns the ground, the likelier; whoever comes, attacks or
is spoken to within the words said is the other one. A dateline alone makes no side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from spacy.tokens import Token

from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.saying import is_title
from pipelines.reading.statements.sides import SideMention, Sides
from pipelines.reading.statements.words import SUBJECTS, among
from schemas.records import TextField

_OFFICIAL, _ACTS, _HERE, _OWNS, _NAMED, _SUFFERS, _WRITTEN = 3.0, 2.0, 2.5, 1.5, 1.0, 0.3, 1.0
_INTRUDES, _SPOKEN_TO = -1.5, -0.5
_AFTER, _OTHER_FIELD = 0.5, 0.4
_ONTO = frozenset({"in", "on", "into", "onto", "over", "across"})
_MODIFIES = frozenset({"poss", "amod", "compound", "nmod"})
_WHERE = frozenset({"in", "from", "at"})
_MARKERS = frozenset({"if", "should", "unless", "whoever", "any", "one", "single", "another", "next"})


def votes(sentence: Sentence, read: list[Sentence], sides: Mapping[TextField, Sides]) -> Counter[str]:
    """How likely an official in ``sentence`` speaks for each side; ``read`` are all sentences of the article."""
    found: Counter[str] = Counter()
    written: set[str] = set()
    for near in read:
        nearness = _nearness(near, sentence)
        for mention in sides[near.field].within(near.span):
            if mention.span.start < near.opening:
                written.add(mention.side)
            else:
                found[mention.side] += _weight(mention, near) * nearness  # type: ignore[assignment]
    for side in written & set(found):
        found[side] += _WRITTEN  # type: ignore[assignment]
    return found


def _nearness(near: Sentence, sentence: Sentence) -> float:
    if near.field != sentence.field:
        return _OTHER_FIELD
    distance = near.index - sentence.index
    return _AFTER / (1 + distance) if distance > 0 else 1 / (1 - distance)


def _weight(mention: SideMention, sentence: Sentence) -> float:
    name = mention.span.root
    thing = name.head if name.dep_ in _MODIFIES else name
    if thing is not name and among(thing, "own_ground"):
        return _OWNS
    if name.dep_ in SUBJECTS and among(name.head, "tolerate_verbs"):
        return _OFFICIAL
    if _supposed(name):
        return _OWNS if name.dep_ == "pobj" and name.head.lower_ in _ONTO else _INTRUDES
    if sentence.quoted(name):
        return _SPOKEN_TO
    if thing is not name and (is_title(thing) or among(thing, "official_bodies")):
        return _OFFICIAL
    if name.dep_ in SUBJECTS:
        return _ACTS
    if name.dep_ == "pobj" and name.head.lower_ in _WHERE and name.head.i <= sentence.opening:
        return _HERE
    return _SUFFERS if name.dep_ in ("dobj", "pobj", "dative", "nsubjpass") else _NAMED


def _supposed(name: Token) -> bool:
    """Whether ``name`` is part of what may happen: "if a Russian plane", "any attack by Israel"."""
    phrase = [name, *name.ancestors][:4]
    return any(child.lower_ in _MARKERS for token in phrase for child in token.lefts)
