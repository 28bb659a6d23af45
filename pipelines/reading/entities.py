"""Joins the mentions of an article into its entities: one for each distinct name, in its fullest form.

Rules:
- names that the gazetteer gives one id are one entity (Kyiv, Kiev); so are names that differ only in case and accents;
- a last name (or a family name in front) belongs to the full name of the article that has it, to the last one before
  it where several do, whatever type the model gave it;
- a last name counts as a mention also where the model overlooked it;
- a known leader's last name belongs to another person of the article if only that one stands there in full;
- an abbreviation belongs to the full name whose initials it is;
- the type of a name is the one that most of its mentions have; the gazetteer's goes before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.reading.mentions import Mention, MentionFinder
from pipelines.reading.names import NameWords, initials, is_short_for, split
from schemas.gazetteer import Entry, Gazetteer, name_key
from schemas.records import Entity, Span, TextField

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass
class _Cluster:
    """Mentions of one thing, while they are being collected."""

    entry: Entry | None = None
    mentions: list[tuple[TextField, Mention]] = field(default_factory=list)


class EntityFinder:
    """Finds the entities of parsed articles."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._mentions = MentionFinder(gazetteer, NameWords())

    def find(self, docs: Mapping[TextField, Doc], is_noise: Callable[[TextField, int], bool]) -> tuple[Entity, ...]:
        """The entities of ``docs`` (title, text), in the order in which they first appear."""
        common = frozenset(token.text for doc in docs.values() for token in doc if token.text.islower())
        found = [(name, mention) for name, doc in docs.items() for mention in self._mentions.find(doc, common)]
        found = [*found, *_missed(docs, found)]
        order = list(docs)
        found = [pair for pair in found if not is_noise(pair[0], pair[1].start)]
        found.sort(key=lambda pair: (order.index(pair[0]), pair[1].start))
        title = docs.get("title")
        if title is not None and "text" in docs and _is_title_case(title.text):
            found = _confirmed(found)
        clusters = _cluster(found)
        return tuple(_entity(cluster) for cluster in clusters)


def _missed(
    docs: Mapping[TextField, Doc], found: Sequence[tuple[TextField, Mention]]
) -> Iterator[tuple[TextField, Mention]]:
    """The last names of people whose full names are ``found``, where they stand outside of any mention found."""
    last_names = {m.name.split()[-1] for _, m in found if m.type == "PERSON" and " " in m.name}
    if not last_names:
        return
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(last_names)))})(?![\w-])")
    for name, doc in docs.items():
        taken = [(m.start, m.end) for field_, m in found if field_ == name]
        for match in pattern.finditer(doc.text):
            if all(match.end() <= start or end <= match.start() for start, end in taken):
                yield name, Mention(match.start(), match.end(), match.group(), "PERSON")


def _is_title_case(title: str) -> bool:
    """Whether all longer words of ``title`` begin with a capital, so that capitals do not mark names."""
    words = [word for word in re.findall(r"[^\W\d_]+", title) if len(word) > 3]
    return len(words) > 3 and sum(word[0].isupper() for word in words) > 0.8 * len(words)


def _confirmed(found: list[tuple[TextField, Mention]]) -> list[tuple[TextField, Mention]]:
    """``found`` without names of the title that neither the gazetteer nor the text knows."""
    in_text = {split(mention.name) for name, mention in found if name == "text"}
    return [(n, m) for n, m in found if n == "text" or m.entry is not None or split(m.name) in in_text]


def _cluster(found: Sequence[tuple[TextField, Mention]]) -> list[_Cluster]:
    people = _people(found)
    full_names = {m.name for _, m in found if m.entry is None and m.type == "ORG" and " " in m.name}
    by_initials = {initials(name): split(name) for name in sorted(full_names)}
    clusters: dict[object, _Cluster] = {}
    for at, (name, mention) in enumerate(found):
        entry, key = _identity(at, mention, people, by_initials)
        cluster = clusters.setdefault(key, _Cluster(entry))
        cluster.mentions.append((name, mention))
    return list(clusters.values())


def _people(found: Sequence[tuple[TextField, Mention]]) -> list[tuple[int, tuple[str, ...], Mention]]:
    """The full names of people, with their place among the mentions and their words.

    A full name that the model took for something else is a person's if a person is called by the end of it.
    """
    called = {split(mention.name) for _, mention in found if mention.type == "PERSON"}

    def is_person(mention: Mention, words: tuple[str, ...]) -> bool:
        if mention.type == "PERSON":
            return True
        return mention.entry is None and any(words[start:] in called for start in range(1, len(words)))

    full = ((at, split(mention.name), mention) for at, (_, mention) in enumerate(found))
    return [(at, words, mention) for at, words, mention in full if len(words) > 1 and is_person(mention, words)]


def _identity(
    at: int,
    mention: Mention,
    people: Sequence[tuple[int, tuple[str, ...], Mention]],
    by_initials: Mapping[str, tuple[str, ...]],
) -> tuple[Entry | None, object]:
    """Which entry ``mention`` is, and the key of its cluster."""
    words = split(mention.name)
    entry = mention.entry
    bearers = [person for person in people if is_short_for(words, person[1])] if len(words) < 3 else []
    if entry is not None and (entry.type != "PERSON" or any(person[2].entry is entry for person in people)):
        bearers = []
    if bearers:
        before = [person for person in bearers if person[0] < at]
        _, full, bearer = (before or bearers)[-1 if before else 0]
        return bearer.entry, bearer.entry.id if bearer.entry is not None else full
    if entry is not None:
        return entry, entry.id
    return None, by_initials.get(mention.name, words)


def _entity(cluster: _Cluster) -> Entity:
    mentions = [mention for _, mention in cluster.mentions]
    type_ = cluster.entry.type if cluster.entry is not None else _common_type(mentions)
    return Entity(
        name=_lowered(_fullest([mention.name for mention in mentions], type_), cluster.entry),
        type=type_,
        id=cluster.entry.id if cluster.entry is not None else None,
        mentions=tuple(Span(field=name, start=m.start, end=m.end) for name, m in cluster.mentions),
    )


def _common_type(mentions: Sequence[Mention]) -> str:
    lengths = {len(split(mention.name)) for mention in mentions}
    if len(lengths) > 1 and any(mention.type == "PERSON" for mention in mentions):
        return "PERSON"
    return Counter(m.type for m in mentions).most_common(1)[0][0]


def _fullest(names: Sequence[str], type_: str) -> str:
    if type_ == "NORP":
        return min(names, key=len)
    return max(names, key=lambda name: (len(name.split()), not name.isupper(), len(name)))


def _lowered(name: str, entry: Entry | None) -> str:
    """``name`` as it is usually written, where the article has it in capitals only (datelines, headlines)."""
    if not name.isupper() or entry is None:
        return name
    return next((alias for alias in entry.aliases if name_key(alias) == name_key(name)), name)
