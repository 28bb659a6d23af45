"""Who speaks: the people of an article with their roles and sides, and bodies, capitals and pronouns made into them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from spacy.tokens import Doc, Span, Token

from pipelines.reading.document import Document
from pipelines.reading.statements.bodies import Actor, Bodies
from pipelines.reading.statements.introductions import ANYBODY, introduce
from pipelines.reading.statements.lending import Lending
from pipelines.reading.statements.passages import Sentence, sentences
from pipelines.reading.statements.people import Crowd, Person
from pipelines.reading.statements.phrases import former, names, owns, phrase_of
from pipelines.reading.statements.roles import title_words
from pipelines.reading.statements.saying import is_title, says
from pipelines.reading.statements.sides import Sides
from pipelines.reading.statements.ties import Ties
from pipelines.reading.statements.words import among
from schemas.records import TextField

_SINGULAR_PRONOUNS = frozenset({"he", "she", "i"})
_OTHER_PRONOUNS = frozenset({"it", "they", "we"})
_FARTHEST, _NEAR = 6, 3


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
        self.read = sentences(document)
        self._crowd = Crowd(document, self.docs, self.sides)
        self.ties = Ties(self.read, self.sides)
        self._lending = Lending(self.ties)
        self._bodies = Bodies(self.sides, self._lending)
        introduce(self._crowd, self.read, self.sides)

    def resolve(self, source: Token, sentence: Sentence, before: list[Sentence]) -> Actor | None:
        """The actor that ``source``, a subject in ``sentence``, stands for; None where it speaks for no known side.

        ``before`` are the sentences up to ``sentence``, in reading order.
        """
        if source.lower_ in _SINGULAR_PRONOUNS:
            return self._last_person(source, sentence, before)
        if source.lower_ in _OTHER_PRONOUNS:
            return self._last_body(source, sentence, before)
        phrase = phrase_of(source, sentence)
        named = self._crowd.person_at(sentence.field, phrase)
        if named is not None and names(named[1], source):
            person, name = named
            actor = self._of_person(person, name, sentence)
            if actor is not None or person.private or name.root.i == source.i:
                return actor
        return self._of_description(source, phrase, sentence)

    def ties_of_speaker(self, source: Token, sentence: Sentence) -> dict[str, Counter[str]]:
        """How often each tie ties a side to ``source``, who speaks in ``sentence``: what a side is lent by."""
        person = self._person_of(source, sentence)
        if person is None:
            return self._lending.ties([sentence], None)
        return self._lending.ties(self._sentences_of(person), person.name)

    def _person_of(self, source: Token, sentence: Sentence) -> Person | None:
        """The person at ``source``, for "he" and "she" the one named last."""
        if source.lower_ not in _SINGULAR_PRONOUNS:
            named = self._crowd.person_at(sentence.field, phrase_of(source, sentence))
            return named[0] if named is not None else None
        near = [s for s in self.read if s.field == sentence.field and 0 <= sentence.index - s.index < _FARTHEST]
        before = [pair for s in near for pair in self.named_in(s) if pair[1].start < source.i]
        return before[-1][0] if before else None

    def named_in(self, sentence: Sentence) -> list[tuple[Person, Span]]:
        """The people named in ``sentence``, in its own words and not as owners, with the words of the name."""
        found = [
            (person, mention)
            for person in self._crowd.people
            for where, mention in person.mentions
            if where == sentence.field
            and sentence.span.start <= mention.start < sentence.span.end
            and not sentence.quoted(mention.root)
            and not owns(mention)
        ]
        return sorted(found, key=lambda pair: pair[1].start)

    def _of_person(self, person: Person, span: Span, sentence: Sentence) -> Actor | None:
        """``person``, where it speaks for a side; one of whom no side is told speaks for the one that is spoken of."""
        if person.private:
            return None
        side = person.side or self._lent(person)
        if side is None:
            return None
        certain = person.side is not None
        return Actor(person.name, side, person.role, True, sentence.field, span, certain=certain)

    def _lent(self, person: Person) -> str | None:
        """The side that the sentences around all mentions of ``person`` are about."""
        if person.lent is None:
            person.lent = self._lending.side(self._sentences_of(person), person.name)
        return person.lent

    def _sentences_of(self, person: Person) -> Iterator[Sentence]:
        """The sentences that name ``person``, and those right after one that only say "he" or "she"."""
        named = {(where, span.start) for where, span in person.mentions}
        follows = 0
        for sentence in self.read:
            span = sentence.span
            if any(where == sentence.field and span.start <= at < span.end for where, at in named):
                follows = _FARTHEST
                yield sentence
            elif follows and not self.named_in(sentence):
                follows -= 1
                if any(token.lower_ in _SINGULAR_PRONOUNS and not sentence.quoted(token) for token in span):
                    yield sentence
            else:
                follows = 0

    def _last_person(self, pronoun: Token, sentence: Sentence, before: list[Sentence]) -> Actor | None:
        """He or she: the nearest subject before that is a person or an official, else the nearest one named."""
        for earlier in [sentence, *reversed(before)][:_FARTHEST]:
            earlier_still = [s for s in before if s.index < earlier.index]
            for source in _subjects(earlier, pronoun):
                if self._is_one(source, earlier):
                    return self.resolve(source, earlier, earlier_still)
            named = [pair for pair in self.named_in(earlier) if pair[1].start < pronoun.i]
            if named:
                person, mention = named[-1]
                return self._of_person(person, mention, earlier)
            for source in reversed(earlier.outside()):
                if source.i < pronoun.i and source.tag_ == "NN" and is_title(source):
                    return self.resolve(source, earlier, earlier_still)
        return None

    def _is_one(self, source: Token, sentence: Sentence) -> bool:
        """Whether ``source`` may be "he" or "she" later: a person, or someone with a title."""
        return self._crowd.person_at(sentence.field, phrase_of(source, sentence)) is not None or (
            source.tag_ in ("NN", "NNP") and (is_title(source) or among(source, "private_speakers"))
        )

    def _last_body(self, pronoun: Token, sentence: Sentence, before: list[Sentence]) -> Actor | None:
        """It or they: the nearest subject before that is a side's name or body, but no subject of the words said."""
        for earlier in [sentence, *reversed(before)][:_NEAR]:
            subjects, others = [], []
            for token in earlier.outside():
                if token.pos_ not in ("NOUN", "PROPN") or token.i < earlier.opening:
                    continue
                if token.dep_ in ("nsubj", "nsubjpass"):
                    subjects.append(token)
                elif earlier is not sentence:
                    others.append(token)
            if earlier is sentence:
                subjects = [token for token in subjects if says(token.head) and token.i < pronoun.i]
            for token in (*subjects, *reversed(others)):
                actor = self._bodies.actor(token, phrase_of(token, earlier), earlier)
                if actor is not None:
                    return actor
        return None

    def _of_description(self, source: Token, phrase: Span, sentence: Sentence) -> Actor | None:
        """ "The minister": the one whom the article names elsewhere with that title, else just the minister."""
        body = self._bodies.actor(source, phrase, sentence)
        if not is_title(source) or among(source, "private_speakers") or former(phrase):
            return body
        told = body.side if body is not None and body.certain else None
        named = self._crowd.person_at(sentence.field, phrase)
        beside = named[0] if named is not None and names(named[1], source) else None
        person = beside or self._with_title(source, phrase, told, sentence.field)
        if person is None:
            return body
        side = told or person.side or self._lent(person)
        if side is None:
            return None
        certain = told is not None or person.side is not None
        role = person.role or (body.role if body is not None else None)
        person.side, person.role = person.side or told, role
        return Actor(person.name, side, role, True, sentence.field, phrase, certain=certain)

    def _with_title(self, source: Token, phrase: Span, side: str | None, where: TextField) -> Person | None:
        """The one person of the article who bears the title ``source``, of no other side than ``side``."""
        if source.lemma_.lower() in ANYBODY or phrase[0].lower_ in ("a", "an", "another"):
            return None
        wanted = title_words(phrase, self.sides[where])
        able = [p for p in self._crowd.people if not p.private and (side is None or p.side in (None, side))]
        bearers = [
            person for person in able if any(wanted <= words or words < wanted for words in person.titles if words)
        ]
        return bearers[0] if len(bearers) == 1 else None


def _subjects(sentence: Sentence, pronoun: Token) -> list[Token]:
    """The subjects before ``pronoun``: in its own sentence the nearest first, else that of the main verb first."""
    found = [
        t
        for t in sentence.span
        if t.dep_ in ("nsubj", "nsubjpass") and t.i < pronoun.i and t.pos_ != "PRON" and not sentence.quoted(t)
    ]
    if sentence.span.start <= pronoun.i < sentence.span.end:
        return found[::-1]
    return sorted(found, key=lambda t: (t.head.dep_ != "ROOT" and not says(t.head), -t.i))
