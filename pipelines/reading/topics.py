"""Finds the topics that an article is about, by the cues of the taxonomy.

A sentence scores 1 for each strong cue of a topic and .5 for each different weak one, at most 2. A sentence of at least
1 is about the topic; without one the article is not. Sentences below that add to the score, but the less, the longer
the article is; the title counts twice. The score is ``1 - exp(-sum / 1.4)``.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from schemas.records import Span, TextField, TopicLabel
from schemas.taxonomy import Taxonomy, Topic

if TYPE_CHECKING:
    from spacy.tokens import Span as DocSpan
    from spacy.tokens import Token

_SCALE = 1.4
_STRONG, _WEAK, _EXCLUSION = 1.0, 0.5, 0.0
_MOST_OF_SENTENCE = 2.0
_GAP = 3
_SHORT_ARTICLE = 10
"""Up to so many sentences, those that only touch a topic count in full."""
_EVIDENCE = 8
"""So many spans of evidence are kept of a topic."""
_WORDS = re.compile(r"\*|\w+|[^\w\s]")


@dataclass
class _Node:
    """A node of the tree of cues: what may follow, and the cues that end here as (topic, weight)."""

    following: dict[str, _Node] = field(default_factory=dict)
    ends: list[tuple[str, float]] = field(default_factory=list)


class _Cue(NamedTuple):
    """A cue found: tokens ``start`` to ``end`` of its sentence."""

    topic: str
    weight: float
    start: int
    end: int


@dataclass
class _Tally:
    """What the sentences of an article say for one topic."""

    about: float = 0.0
    touched: float = 0.0
    spans: list[tuple[float, Span]] = field(default_factory=list)


class TopicFinder:
    """Finds the topics of ``taxonomy``."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._tree = _Node()
        for topic in taxonomy.topics:
            self._plant(topic)

    def find(self, sentences: Iterable[tuple[TextField, DocSpan]]) -> tuple[TopicLabel, ...]:
        """The topics of an article with these ``sentences``, the best first."""
        tallies: dict[str, _Tally] = defaultdict(_Tally)
        count = 0
        for name, sentence in sentences:
            count += 1
            for topic, cues in self._by_topic(sentence).items():
                _add(tallies[topic], name, sentence, cues)
        share = min(1.0, _SHORT_ARTICLE / max(count, 1))
        labels = [_label(topic, tally, share) for topic, tally in tallies.items() if tally.about]
        return tuple(sorted(labels, key=lambda label: (-label.score, label.id)))

    def _plant(self, topic: Topic) -> None:
        weighted = ((topic.strong, _STRONG), (topic.weak, _WEAK), (topic.exclusions, _EXCLUSION))
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
                    found[topic].append(_Cue(topic, weight, start, end))
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
    """The longest of overlapping cues; each weak one once; none that meets an exclusion."""
    kept: list[_Cue] = []
    for cue in sorted(cues, key=lambda c: (c.weight != _EXCLUSION, c.start - c.end, -c.weight)):
        if all(cue.end <= other.start or other.end <= cue.start for other in kept):
            kept.append(cue)
    return [cue for cue in kept if cue.weight != _EXCLUSION]


def _add(tally: _Tally, name: TextField, sentence: DocSpan, cues: Sequence[_Cue]) -> None:
    words = {(cue.weight, sentence[cue.start : cue.end].text.lower()) for cue in cues}
    score = sum(weight for weight, _ in words)
    score = min(score, _MOST_OF_SENTENCE)
    counted = score * 2 if name == "title" else score
    if score >= _STRONG:
        tally.about += counted
    else:
        tally.touched += counted
    for cue in cues:
        found = sentence[cue.start : cue.end]
        tally.spans.append((score, Span(field=name, start=found.start_char, end=found.end_char)))


def _label(topic: str, tally: _Tally, share: float) -> TopicLabel:
    total = tally.about + tally.touched * share
    best = sorted(tally.spans, key=lambda pair: -pair[0])[:_EVIDENCE]
    order = {"title": 0, "text": 1}
    evidence = sorted((span for _, span in best), key=lambda span: (order[span.field], span.start))
    return TopicLabel(id=topic, score=round(1 - math.exp(-total / _SCALE), 3), evidence=tuple(evidence))
