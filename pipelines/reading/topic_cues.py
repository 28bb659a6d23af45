"""Seeks the cues of the taxonomy's topics in sentences: sequences of words in any of their forms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pipelines.reading.topic_model import STRENGTH, Find, Weight
from schemas.records import Span, TextField
from schemas.taxonomy import Taxonomy, Topic

if TYPE_CHECKING:
    from spacy.tokens import Span as DocSpan
    from spacy.tokens import Token

_GAP = 3
_WORDS = re.compile(r"\*|\w+|[^\w\s]")


@dataclass
class _Node:
    """A node of the tree of cues: what may follow, and the cues that end here as (topic, weight)."""

    following: dict[str, _Node] = field(default_factory=dict)
    ends: list[tuple[str, Weight]] = field(default_factory=list)


class _Cue(NamedTuple):
    """A cue found: tokens ``start`` to ``end`` of its sentence."""

    weight: Weight
    start: int
    end: int


class CueFinder:
    """Seeks the cues of the topics of ``taxonomy``."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._tree = _Node()
        for topic in taxonomy.topics:
            self._plant(topic)

    def find(self, sentences: Iterable[tuple[TextField, DocSpan]]) -> dict[str, list[Find]]:
        """The cues of each topic that an article with these sentences has."""
        finds: dict[str, list[Find]] = defaultdict(list)
        place = -1
        for name, sentence in sentences:
            place = -1 if name == "title" else place + 1
            for topic, cues in self._by_topic(sentence).items():
                for cue in cues:
                    words = sentence[cue.start : cue.end]
                    span = Span(field=name, start=words.start_char, end=words.end_char)
                    finds[topic].append(Find(cue.weight, words.text.lower(), place, span))
        return finds

    def _plant(self, topic: Topic) -> None:
        weighted: tuple[tuple[Sequence[str], Weight], ...] = (
            (topic.strong, "strong"),
            (topic.medium, "medium"),
            (topic.weak, "weak"),
            (topic.exclusions, "not"),
        )
        for phrases, weight in weighted:
            for phrase in phrases:
                node = self._tree
                for word in _WORDS.findall(phrase):
                    node = node.following.setdefault(word, _Node())
                node.ends.append((topic.id, weight))

    def _by_topic(self, sentence: DocSpan) -> dict[str, list[_Cue]]:
        forms = [_forms(token) for token in sentence]
        found: dict[str, list[_Cue]] = defaultdict(list)
        for start in range(len(forms)):
            for end, node in _walk(self._tree, forms, start):
                for topic, weight in node.ends:
                    found[topic].append(_Cue(weight, start, end))
        return {topic: kept for topic, cues in found.items() if (kept := _apart(cues))}


def _walk(node: _Node, forms: Sequence[frozenset[str]], at: int) -> Iterator[tuple[int, _Node]]:
    """All nodes with cues that the tokens from ``at`` on lead to, each with the end of the cue."""
    if node.ends:
        yield at, node
    if at == len(forms):
        return
    for form in forms[at]:
        if (following := node.following.get(form)) is not None:
            yield from _walk(following, forms, at + 1)
    if (gap := node.following.get("*")) is not None:
        for skipped in range(min(_GAP, len(forms) - at - 1) + 1):
            yield from _walk(gap, forms, at + skipped)


def _forms(token: Token) -> frozenset[str]:
    """The forms under which ``token`` may stand in a cue; names keep their plural as lemma, hence the last one."""
    lower = token.lower_
    forms = {lower, token.lemma_.lower()}
    if len(lower) > 3 and lower.endswith("s"):
        forms.add(lower[:-1])
    return frozenset(forms)


def _apart(cues: list[_Cue]) -> list[_Cue]:
    """The longest of overlapping cues; none that meets an exclusion."""
    kept: list[_Cue] = []
    for cue in sorted(cues, key=lambda c: (c.weight != "not", c.start - c.end, -STRENGTH[c.weight])):
        if all(cue.end <= other.start or other.end <= cue.start for other in kept):
            kept.append(cue)
    return [cue for cue in kept if cue.weight != "not"]
