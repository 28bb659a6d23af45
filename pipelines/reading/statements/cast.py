"""Who speaks: the people of an article with their roles and sides, and bodies, capitals and pronouns made into them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from pipelines.reading.document import Document
from pipelines.reading.statements.lending import votes
from pipelines.reading.statements.passages import Sentence, sentences
from pipelines.reading.statements.people import Person, people
from pipelines.reading.statements.roles import describe_title, title_words
from pipelines.reading.statements.saying import is_title, sayer, says, verbs_of_saying
from pipelines.reading.statements.sides import Sides
from pipelines.reading.statements.words import SUBJECTS, among, trim
from schemas.records import TextField

_SINGULAR_PRONOUNS = frozenset({"he", "she"})
_FARTHEST = 6
_ANYBODY = frozenset({"official", "source", "diplomat", "representative", "aide", "lawmaker", "insider"})
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
        self.people = people(document, self.docs, self.sides)
        self.read = sentences(document)
        self._introduce()
        for person in self.people:
            if person.official and person.side is None:
                person.side, person.lent = self._lent(person), True

    def _lent(self, person: Person) -> str | None:
        """The side of an official of nobody named: the one that the sentences around all mentions are about."""
        total: Counter[str] = Counter()
        for where, span in person.mentions:
            sentence = next((s for s in self.read if s.field == where and span.start < s.span.end), None)
            if sentence is not None:
                for side, vote in votes(sentence, self.read, self.sides).items():
                    total[side] += vote
        return _first(total)

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
        phrase = _phrase(source, sentence)
        named = self.person_at(sentence.field, phrase)
        if named is not None and _names(named[1], source):
            person, name = named
            actor = self._of_person(person, name, sentence)
            if actor is not None or person.private or name.root.i == source.i:
                return actor
        return self._of_description(source, phrase, sentence)

    def _of_person(self, person: Person, span: Span, sentence: Sentence) -> Actor | None:
        """``person``, where it speaks for a side."""
        if person.private or person.side is None:
            return None
        return Actor(person.name, person.side, person.role, True, sentence.field, span, certain=not person.lent)

    def _last_person(self, pronoun: Token, sentence: Sentence, before: list[Sentence]) -> Actor | None:
        """He or she: the nearest subject before that is a person or an official, else the nearest person named."""
        for earlier in [sentence, *reversed(before)][:_FARTHEST]:
            earlier_still = [s for s in before if s.index < earlier.index]
            for source in _subjects(earlier, pronoun):
                if self._is_one(source, earlier):
                    return self.resolve(source, earlier, earlier_still)
            named = [
                (mention.start, person, mention)
                for person in self.people
                for where, mention in person.mentions
                if where == earlier.field
                and earlier.span.start <= mention.start < earlier.span.end
                and mention.start < pronoun.i
                and not earlier.quoted(mention.root)
                and not _owns(mention)
            ]
            if named:
                _, person, mention = max(named, key=lambda item: item[0])
                return self._of_person(person, mention, earlier)
        return None

    def _is_one(self, source: Token, sentence: Sentence) -> bool:
        """Whether ``source`` may be "he" or "she" later: a person, or someone with a title."""
        return self.person_at(sentence.field, _phrase(source, sentence)) is not None or (
            source.tag_ in ("NN", "NNP") and (is_title(source) or among(source, "private_speakers"))
        )

    def _last_body(self, sentence: Sentence, before: list[Sentence]) -> Actor | None:
        """It or they: the nearest subject before that is a side's name or body."""
        for earlier in [sentence, *reversed(before)][:3]:
            for token in earlier.span:
                if token.dep_ != "nsubj" or token.pos_ == "PRON" or earlier.quoted(token) or token.i < earlier.opening:
                    continue
                actor = self._of_body(token, _phrase(token, earlier), earlier)
                if actor is not None:
                    return actor
        return None

    def _of_description(self, source: Token, phrase: Span, sentence: Sentence) -> Actor | None:
        """ "The minister": the one whom the article names elsewhere with that title, else just the minister."""
        body = self._of_body(source, phrase, sentence)
        if not is_title(source) or among(source, "private_speakers") or _former(phrase):
            return body
        told = body.side if body is not None and body.certain else None
        named = self.person_at(sentence.field, phrase)
        beside = named[0] if named is not None and _names(named[1], source) else None
        person = beside or self._with_title(source, phrase, told, sentence.field)
        if person is None:
            return body
        side = told or person.side or (body.side if body is not None else None)
        if side is None:
            return None
        certain = told is not None or (person.side is not None and not person.lent)
        return Actor(person.name, side, person.role, True, sentence.field, phrase, certain=certain)

    def _with_title(self, source: Token, phrase: Span, side: str | None, where: TextField) -> Person | None:
        """The one person of the article who bears the title ``source``, of no other side than ``side``."""
        if source.lemma_.lower() in _ANYBODY or phrase[0].lower_ in ("a", "an", "another"):
            return None
        wanted = title_words(phrase, self.sides[where])
        able = [p for p in self.people if not p.private and (side is None or p.lent or p.side in (None, side))]
        bearers = [
            person for person in able if any(wanted <= words or words < wanted for words in person.titles if words)
        ]
        return bearers[0] if len(bearers) == 1 else None

    def _introduce(self) -> None:
        """Give people named without a title that of who spoke before: "its minister said ... Ana Lopes told"."""
        waiting: tuple[Sentence, Token] | None = None
        for sentence in self.read:
            for verb in verbs_of_saying(sentence.outside()):
                source = sayer(verb)
                if source is None or sentence.quoted(source):
                    continue
                named = self.person_at(sentence.field, _phrase(source, sentence))
                if named is None:
                    if is_title(source) and source.tag_ == "NN" and source.lemma_.lower() not in _ANYBODY:
                        waiting = (sentence, source)
                elif waiting is not None and sentence.index - waiting[0].index <= _FARTHEST:
                    self._entitle(named[0], *waiting)
                    waiting = None

    def _entitle(self, person: Person, sentence: Sentence, source: Token) -> None:
        """Make ``person``, of whom nothing is told, the ``source`` of ``sentence``."""
        if person.private or person.side is not None or any(d.side for d in person.descriptions):
            return
        if any(w == sentence.field and span.start < sentence.span.start for w, span in person.mentions):
            return
        phrase = _phrase(source, sentence)
        description = describe_title(phrase, self.sides[sentence.field])
        if person.official:
            person.side = description.side
            return
        person.titles = frozenset({title_words(phrase, self.sides[sentence.field])})
        person.official, person.role, person.side = True, description.role, person.side or description.side

    def _of_body(self, source: Token, phrase: Span, sentence: Sentence) -> Actor | None:
        if among(source, "private_speakers") or _former(phrase):
            return None
        official = among(source, "official_titles", "official_bodies", "soft_quoters", "documents")
        known = self.sides[sentence.field].within(phrase)
        itself = next((m for m in known if m.span.start <= source.i < m.span.end), None)
        if itself is not None:
            return Actor(_bare(itself.span), itself.side, None, False, sentence.field, itself.span)
        if not known and (group := _unknown_group(source, phrase)) is not None:
            return Actor(group.text, group.text, None, False, sentence.field, group)
        if not official:
            return None
        if known:
            return Actor(_bare(phrase), known[0].side, None, False, sentence.field, trim(phrase))
        side = self._of_short_name(phrase)
        if side is None and phrase[0].tag_ == "PRP$":
            side = self._owner(source, sentence)
        if side is not None:
            return Actor(_bare(phrase), side, None, False, sentence.field, trim(phrase))
        side = _first(votes(sentence, self.read, self.sides))
        if side is None:
            return None
        return Actor(_bare(phrase), side, None, False, sentence.field, trim(phrase), certain=False)

    def _owner(self, source: Token, sentence: Sentence) -> str | None:
        """The side that "its minister" belongs to: the first one in the sentence that does something."""
        named = [m for m in self.sides[sentence.field].within(sentence.span) if m.span.start >= sentence.opening]
        return next((m.side for m in named if m.span.root.dep_ in SUBJECTS and m.span.start < source.i), None)

    def _of_short_name(self, phrase: Span) -> str | None:
        """``the Commission`` where the article names the European Commission in full."""
        names = {token.text for token in phrase if token.pos_ == "PROPN"}
        mentions = [mention for sides in self.sides.values() for mention in sides.mentions if mention.type == "ORG"]
        return next((m.side for m in mentions if names & {token.text for token in m.span}), None)


def _unknown_group(source: Token, phrase: Span) -> Span | None:
    """``the Bougainville Revolutionary Army``, which no gazetteer knows."""
    start = source.i
    while start > phrase.start and phrase.doc[start - 1].pos_ == "PROPN":
        start -= 1
    name = phrase.doc[start : source.i + 1]
    return name if source.pos_ == "PROPN" and len(name) > 2 and among(source, "armed_groups") else None


def _first(votes: Counter[str]) -> str | None:
    """The side with the most votes, if any has more than none."""
    side = max(votes, key=lambda side: votes[side], default=None)
    return side if side is not None and votes[side] > 0 else None


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


def _owns(name: Span) -> bool:
    """Whether ``name`` only says whose something is."""
    after = name.doc[name.end].lower_ if name.end < len(name.doc) else ""
    return after in ("'s", "’s") or name[-1].lower_ in ("'s", "’s")


def _phrase(source: Token, sentence: Sentence) -> Span:
    """The noun phrase around ``source``, without relative clauses."""
    doc = source.doc
    end = source.i + 1
    for child in source.rights:
        if child.dep_ in ("relcl", "acl", "cc", "conj"):
            break
        if child.dep_ in ("prep", "appos", "flat", "nmod", "compound", "poss", "case"):
            end = max(end, child.right_edge.i + 1)
    start = max(source.left_edge.i, min(sentence.opening, source.i))
    while start < source.i and (doc[start].is_punct or doc[start].pos_ in ("CCONJ", "SCONJ", "ADP", "ADV", "VERB")):
        start += 1
    return doc[start:end]


def _bare(span: Span) -> str:
    """``span`` without an article before it and what follows a comma."""
    words = trim(span)
    comma = next((token.i for token in words if token.text in (",", "(")), words.end)
    words = words.doc[words.start : comma]
    return words[1:].text if len(words) > 1 and words[0].pos_ == "DET" else words.text


def _former(phrase: Span) -> bool:
    return any(token.lower_ in ("former", "ex", "retired", "late") for token in phrase)


def _names(mention: Span, source: Token) -> bool:
    """Whether ``mention`` is the name of ``source``, and not of another in its phrase ("an adviser to Dawit Lemma")."""
    token = mention.root
    while token != source and token.head != token:
        if token.dep_ == "pobj" or (token.dep_ == "poss" and mention.start < source.i):
            return False
        token = token.head
    return True
