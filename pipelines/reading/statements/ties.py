"""How each side that an article names is tied to one of its sentences: where it is named, and as what.

"before announces": in one of the two sentences before, as who will do something; "here supposed": in the sentence
itself, in what may happen ("if a Russian plane ..."); "dateline": where it was written. Lending and target sides learn
what each tie is worth.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from spacy.tokens import Token

from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.saying import is_title, says
from pipelines.reading.statements.sides import SideMention, Sides
from pipelines.reading.statements.words import SUBJECTS, among, future
from schemas.records import TextField

_NEAR = 2
_MODIFIES = frozenset({"poss", "amod", "compound", "nmod"})
_PREPOSITIONS = frozenset({"in", "from", "at", "to", "against", "of", "by", "with", "on", "over", "for", "into"})
_SUPPOSING = frozenset(
    {"if", "should", "unless", "whoever", "any", "one", "single", "another", "next", "until", "once"}
)


class _Tie(NamedTuple):
    """A mention of ``side`` in sentence ``at`` of ``field``, and ``how`` it stands there."""

    side: str
    field: TextField
    at: int
    how: str


class Ties:
    """All sides of an article; ``of`` tells how each is tied to a sentence."""

    def __init__(self, read: list[Sentence], sides: Mapping[TextField, Sides]) -> None:
        """``read`` are all sentences of the article, ``sides`` the mentions in each of its fields."""
        self._ties = [
            _Tie(mention.side, sentence.field, sentence.index, _how(mention, sentence))
            for sentence in read
            for mention in sides[sentence.field].within(sentence.span)
        ]
        self._often = Counter(tie.side for tie in self._ties if tie.how != "dateline")

    def of(self, sentence: Sentence) -> dict[str, set[str]]:
        """The ties of every side to ``sentence``, in the order in which the article names them."""
        found: dict[str, set[str]] = defaultdict(set)
        for tie in self._ties:
            found[tie.side].add(f"{_where(tie, sentence)} {tie.how}" if tie.how != "dateline" else tie.how)
        told = [side for side, ties in found.items() if ties != {"dateline"}]
        most = max(self._often.values(), default=0)
        for side, ties in found.items():
            ties.update(
                name
                for name, holds in (
                    ("most named", self._often[side] == most),
                    ("first named", told[:1] == [side]),
                    ("only dateline", side not in told),
                    ("alone", told == [side]),
                    ("one of two", side in told and len(told) == 2),
                    ("nearest before", side == self._nearest_before(sentence)),
                    ("said of it", any(tie.startswith("here") for tie in ties)),
                )
                if holds
            )
        return dict(found)

    def _nearest_before(self, sentence: Sentence) -> str | None:
        before = [t for t in self._ties if t.field == sentence.field and t.at < sentence.index and t.how != "dateline"]
        return before[-1].side if before else None


def _where(tie: _Tie, sentence: Sentence) -> str:
    """How far from ``sentence`` the tie is: here, before or after it, far, or in the other field."""
    if tie.field != sentence.field:
        return "other field"
    distance = tie.at - sentence.index
    if distance == 0:
        return "here"
    if abs(distance) > _NEAR:
        return "far"
    return "before" if distance < 0 else "after"


def _how(mention: SideMention, sentence: Sentence) -> str:
    """As what ``mention`` stands in ``sentence``."""
    name = mention.span.root
    if mention.span.start < sentence.opening:
        return "dateline"
    quoted = "quoted " if sentence.quoted(name) else ""
    if _supposed(name):
        return f"{quoted}supposed"
    return quoted + _place(name, mention.span.start <= sentence.opening + 1)


def _place(name: Token, opens: bool) -> str:
    """What ``name`` is in its clause; ``opens``: the sentence begins with it."""
    thing = name.head if name.dep_ in _MODIFIES else name
    if thing is not name:
        return _owner(thing, name)
    if name.dep_ in SUBJECTS:
        if says(name.head):
            return "says"
        return "announces" if future(name.head) else "acts"
    if name.dep_ in ("dobj", "dative"):
        return "told" if says(name.head) else "hit"
    if name.dep_ == "pobj" and name.head.lower_ in _PREPOSITIONS:
        return f"opening {name.head.lower_}" if opens else name.head.lower_
    return {"nsubjpass": "suffers", "conj": "joined", "ROOT": "root"}.get(name.dep_, "named")


def _owner(thing: Token, name: Token) -> str:
    """What ``name`` owns or describes: an official, its own ground, a force, or something else."""
    if is_title(thing) or among(thing, "official_bodies"):
        return "official"
    if among(thing, "own_ground"):
        return "ground"
    if among(thing, "foreign_targets"):
        return "force"
    return "owns" if name.dep_ == "poss" else "describes"


def _supposed(name: Token) -> bool:
    """Whether ``name`` is part of what may happen: "if a Russian plane", "any attack by Israel"."""
    phrase = [name, *name.ancestors][:4]
    return any(child.lower_ in _SUPPOSING for token in phrase for child in token.lefts)
