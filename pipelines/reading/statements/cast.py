"""Who speaks: the people of an article with their roles and sides, and bodies, capitals and pronouns made into them."""

from __future__ import annotations

from dataclasses import dataclass, field

from spacy.tokens import Doc, Span, Token

from pipelines.reading.document import Document
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.roles import Description, describe
from pipelines.reading.statements.sides import Sides
from pipelines.reading.statements.words import among, trim
from schemas.records import TextField

_SINGULAR_PRONOUNS = frozenset({"he", "she"})
_OTHER_PRONOUNS = frozenset({"it", "they"})


@dataclass(frozen=True)
class Actor:
    """One who speaks for ``side``. ``certain`` is false where the side was taken from an earlier speaker."""

    name: str
    side: str
    role: str | None
    person: bool
    field: TextField
    span: Span
    certain: bool = True


@dataclass
class Person:
    """A person of the article: the fullest name, where it stands, and what the article says that this one is."""

    name: str
    mentions: list[tuple[TextField, Span]]
    role: str | None = None
    side: str | None = None
    private: bool = False
    descriptions: list[Description] = field(default_factory=list)


class Cast:
    """The people and sides of one document; ``resolve`` says who a subject is."""

    def __init__(self, document: Document) -> None:
        """Gather every person's names, titles and appositions."""
        self.docs: dict[TextField, Doc] = {}
        if document.title is not None:
            self.docs["title"] = document.title
        if document.text is not None:
            self.docs["text"] = document.text
        self.sides = {name: Sides(doc, document.gazetteer) for name, doc in self.docs.items()}
        self.people = [person for person in map(self._person, _people(document, self.docs)) if person is not None]
        for person in self.people:
            _complete(person, document)

    def _person(self, person: Person) -> Person | None:
        for where, span in person.mentions:
            person.descriptions.append(describe(span, self.sides[where]))
        return person

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
        itself = [pair for pair in found if not _owns(pair[1])]
        return max(itself, key=lambda pair: pair[1].start, default=None) or self._by_surname(span)

    def _by_surname(self, span: Span) -> tuple[Person, Span] | None:
        """A name that was not recognised as one here, but is the last word of somebody's name elsewhere."""
        last = span[-1]
        if last.pos_ != "PROPN":
            return None
        person = next((person for person in self.people if person.name.split()[-1] == last.text), None)
        return (person, span.doc[last.i : last.i + 1]) if person is not None else None

    def resolve(self, source: Token, sentence: Sentence, before: list[Sentence]) -> Actor | None:
        """The actor that ``source``, a subject in ``sentence``, stands for; None where it speaks for no known side.

        ``before`` are the sentences up to ``sentence``, in reading order.
        """
        if source.lower_ in _SINGULAR_PRONOUNS:
            return self._last_person(source, sentence, before)
        if source.lower_ in _OTHER_PRONOUNS:
            return self._last_body(sentence, before)
        phrase = _phrase(source)
        named = self.person_at(sentence.field, phrase)
        if named is not None:
            return self._of_person(named[0], sentence.field, named[1]) or self._of_lent_side(named, sentence, before)
        return self._of_body(source, phrase, sentence, before)

    def _of_person(self, person: Person, where: TextField, span: Span) -> Actor | None:
        if person.private or person.side is None:
            return None
        return Actor(person.name, person.side, person.role, True, where, span)

    def _of_lent_side(self, named: tuple[Person, Span], sentence: Sentence, before: list[Sentence]) -> Actor | None:
        """ "The group's spokesman, Abu Obaida": an official of nobody named, so of whom the sentences before speak."""
        person, span = named
        if person.private or not any(description.official for description in person.descriptions):
            return None
        lender = self._borrowed(span, sentence, before)
        if lender is None:
            return None
        return Actor(person.name, lender.side, person.role, True, sentence.field, span, certain=False)

    def _last_person(self, pronoun: Token, sentence: Sentence, before: list[Sentence]) -> Actor | None:
        """He or she: the nearest subject before that is a person, else the nearest person named."""
        for earlier in [sentence, *reversed(before)][:4]:
            if _unknown_subject(earlier, pronoun, self):
                return None
            named = [
                (mention.root.dep_ in ("nsubj", "nsubjpass"), mention.start, person, mention)
                for person in self.people
                for where, mention in person.mentions
                if where == earlier.field
                and earlier.span.start <= mention.start < earlier.span.end
                and mention.start < pronoun.i
                and not earlier.quoted(mention.root)
            ]
            if named:
                _, _, person, mention = max(named, key=lambda item: item[:2])
                return self._of_person(person, earlier.field, mention)
        return None

    def _last_body(self, sentence: Sentence, before: list[Sentence]) -> Actor | None:
        """It or they: the nearest subject before that is a side's name or body."""
        for earlier in [sentence, *reversed(before)][:3]:
            for token in earlier.span:
                if token.dep_ != "nsubj" or token.pos_ == "PRON" or earlier.quoted(token):
                    continue
                actor = self._of_body(token, _phrase(token), earlier, [])
                if actor is not None:
                    return actor
        return None

    def _of_body(self, source: Token, phrase: Span, sentence: Sentence, before: list[Sentence]) -> Actor | None:
        if among(source, "private_speakers") or _former(phrase):
            return None
        official = among(source, "official_titles", "official_bodies", "soft_quoters")
        known = self.sides[sentence.field].within(phrase)
        itself = next((m for m in known if m.span.start <= source.i < m.span.end), None)
        if itself is not None:
            return Actor(_bare(itself.span), itself.side, None, False, sentence.field, itself.span)
        if not official:
            return None
        if known:
            return Actor(_bare(phrase), known[0].side, None, False, sentence.field, trim(phrase))
        return self._borrowed(phrase, sentence, before)

    def _borrowed(self, phrase: Span, sentence: Sentence, before: list[Sentence]) -> Actor | None:
        """ "The ministry", "the adviser": of the side of whom the sentences before had as a subject last."""
        for earlier in reversed(before[-3:]):
            for token in reversed(list(earlier.span)):
                if token.dep_ != "nsubj" or token.pos_ == "PRON" or earlier.quoted(token):
                    continue
                actor = self.resolve(token, earlier, [])
                if actor is not None:
                    return Actor(_bare(phrase), actor.side, None, False, sentence.field, trim(phrase), certain=False)
        return None


def _unknown_subject(sentence: Sentence, pronoun: Token, cast: Cast) -> bool:
    """Whether a name that is nobody known stands as a subject right before ``pronoun``: it may well be "he"."""
    subjects = [t for t in sentence.span if t.dep_ == "nsubj" and t.i < pronoun.i and not sentence.quoted(t)]
    names = [t for t in subjects if t.pos_ == "PROPN"]
    if not names:
        return False
    last = names[-1]
    one = last.doc[last.i : last.i + 1]
    return cast.person_at(sentence.field, one) is None and not cast.sides[sentence.field].within(one)


def _owns(name: Span) -> bool:
    """Whether ``name`` only says whose something is."""
    after = name.doc[name.end].lower_ if name.end < len(name.doc) else ""
    return after in ("'s", "’s") or name[-1].lower_ in ("'s", "’s")


def _people(document: Document, docs: dict[TextField, Doc]) -> list[Person]:
    people = []
    for entity in document.entities:
        if entity.type != "PERSON":
            continue
        spans = [
            (mention.field, span)
            for mention in entity.mentions
            if mention.field in docs
            and (span := docs[mention.field].char_span(mention.start, mention.end, alignment_mode="expand"))
        ]
        people.append(Person(entity.name, spans))
    return people


def _complete(person: Person, document: Document) -> None:
    """Decide the person's side and role: the article's own words first, then the gazetteer's."""
    known = document.gazetteer.lookup(person.name)
    person.private = any(description.private for description in person.descriptions)
    person.side = next((d.side for d in person.descriptions if d.side and d.official), None)
    if person.side is None and known is not None:
        person.side = known.side
    with_side = [d.role for d in person.descriptions if d.role and d.side]
    person.role = next(iter(with_side), None) or (known.role if known is not None else None)
    if person.role is None:
        person.role = next((d.role for d in person.descriptions if d.role), None)


def _phrase(source: Token) -> Span:
    """The noun phrase around ``source``, without relative clauses."""
    doc = source.doc
    end = source.i + 1
    for child in source.rights:
        if child.dep_ in ("relcl", "acl", "punct", "cc", "conj") and child.dep_ != "punct":
            break
        if child.dep_ in ("prep", "appos", "flat", "nmod", "compound", "poss", "case"):
            end = max(end, child.right_edge.i + 1)
    start = source.left_edge.i
    while start < source.i and (doc[start].is_punct or doc[start].pos_ in ("CCONJ", "SCONJ", "ADP", "ADV", "VERB")):
        start += 1
    return doc[start:end]


def _bare(span: Span) -> str:
    words = trim(span)
    return words[1:].text if len(words) > 1 and words[0].pos_ == "DET" else words.text


def _former(phrase: Span) -> bool:
    return any(token.lower_ in ("former", "ex", "retired", "late") for token in phrase)
