"""The people of an article: the fullest name of each, where it stands, and what the article says that this one is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Span, Token

from pipelines.reading.document import Document
from pipelines.reading.statements.phrases import owns
from pipelines.reading.statements.roles import Description, describe, is_rank
from pipelines.reading.statements.saying import is_title, says
from pipelines.reading.statements.sides import Sides
from pipelines.reading.statements.words import SUBJECTS, among
from schemas.records import TextField

_NO_PERSONS = frozenset({"GPE", "NORP", "LOC", "DATE", "TIME", "FAC", "EVENT"})
_MR = frozenset({"mr", "mrs", "ms", "miss", "sir", "lord", "lady", "dame", "comrade", "señor", "herr", "monsieur"})


@dataclass
class Person:
    """``private`` people speak for nobody; ``official`` ones for ``side``, or where it is unknown (None) for the side
    ``lent`` to them, which is the one that the article speaks of (None: not sought yet)."""

    name: str
    mentions: list[tuple[TextField, Span]]
    role: str | None = None
    side: str | None = None
    private: bool = False
    official: bool = False
    lent: str | None = None
    descriptions: list[Description] = field(default_factory=list)
    titles: frozenset[frozenset[str]] = frozenset()


class Crowd:
    """Every person that a document names, with role and side where the article or the gazetteer tells them."""

    def __init__(self, document: Document, docs: dict[TextField, Doc], sides: dict[TextField, Sides]) -> None:
        """Gather names, titles and appositions."""
        self.people = _people(document, docs, sides)

    def person_at(self, where: TextField, span: Span) -> tuple[Person, Span] | None:
        """The person named within ``span`` and the words of the name; the last one where there are several.

        In "Erdoğan's spokesman" nobody is named.
        """
        found = [
            (person, mention)
            for person in self.people
            for field_, mention in person.mentions
            if field_ == where and mention.start < span.end and mention.end > span.start
        ]
        itself = [pair for pair in found if not owns(pair[1]) or pair[1].start <= span.root.i < pair[1].end]
        return max(itself, key=lambda pair: pair[1].start, default=None) or self._by_surname(span)

    def _by_surname(self, span: Span) -> tuple[Person, Span] | None:
        """A name that was not recognised as one here, but is the last word of somebody's name elsewhere."""
        last = span[-1]
        if last.pos_ != "PROPN":
            return None
        person = next((person for person in self.people if person.name.split()[-1] == last.text), None)
        return (person, span.doc[last.i : last.i + 1]) if person is not None else None


def _people(document: Document, docs: dict[TextField, Doc], sides: dict[TextField, Sides]) -> list[Person]:
    found = [_named(entity.name, entity.mentions, docs) for entity in document.entities if entity.type == "PERSON"]
    taken = {(where, token.i) for person in found for where, span in person.mentions for token in span}
    for where, doc in docs.items():
        for span in _unrecognised(doc, sides[where]):
            if not any((where, token.i) in taken for token in span):
                same = next((person for person in found if span[-1].text in person.name.split()), None)
                if same is None:
                    found.append(same := Person(span.text, []))
                same.mentions.append((where, span))
    for person in found:
        _complete(person, document, sides)
    return found


def _named(name: str, mentions: tuple, docs: dict[TextField, Doc]) -> Person:  # type: ignore[type-arg]
    spans = [
        (mention.field, span)
        for mention in mentions
        if mention.field in docs
        and (span := docs[mention.field].char_span(mention.start, mention.end, alignment_mode="expand"))
    ]
    return Person(name, spans)


def _unrecognised(doc: Doc, sides: Sides) -> Iterator[Span]:
    """Names that were not recognised as a person's, but speak or bear a title: ``minister Drozdowski declared``."""
    for token in doc:
        if token.pos_ != "PROPN" or token.ent_type_ in _NO_PERSONS or not token.text[0].isupper():
            continue
        if is_title(token) or among(token, "armed_groups", "official_bodies"):
            continue
        speaks = token.dep_ in SUBJECTS and says(token.head)
        before = doc[token.i - 1] if token.i else None
        titled = before is not None and (is_title(before) or before.lower_.rstrip(".") in _MR)
        if not speaks and not (titled and token.ent_type_ != "ORG"):
            continue
        span = _run(token)
        if span and not sides.within(span):
            yield span


def _run(token: Token) -> Span:
    """The whole name around ``token``, without titles before it."""
    doc, start, end = token.doc, token.i, token.i + 1
    while start > 0 and doc[start - 1].pos_ == "PROPN" and doc[start - 1].text[0].isupper():
        start -= 1
    while start < token.i and (is_title(doc[start]) or doc[start].lower_.rstrip(".") in _MR):
        start += 1
    while end < len(doc) and doc[end].pos_ == "PROPN" and doc[end].text[0].isupper():
        end += 1
    return doc[start:end]


def _complete(person: Person, document: Document, sides: dict[TextField, Sides]) -> None:
    """Decide the person's side and role: the article's own words first, then the gazetteer's."""
    person.descriptions = [describe(span, sides[where]) for where, span in person.mentions]
    known = document.gazetteer.lookup(person.name)
    person.private = any(description.private for description in person.descriptions)
    person.side = next((d.side for d in person.descriptions if d.side and d.official), None)
    person.official = any(d.official for d in person.descriptions)
    person.titles = frozenset(title for d in person.descriptions for title in d.titles)
    if person.side is None and known is not None:
        person.side = known.side
    of_side = [d.role for d in person.descriptions if d.role and d.side]
    others = [d.role for d in person.descriptions if d.role]
    known_role = known.role if known is not None else None
    person.role = min(of_side, key=is_rank, default=None) or known_role or min(others, key=is_rank, default=None)
