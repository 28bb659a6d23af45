"""Gives people named without a title the one that stands before: "Serbia's president was brief. Ana Lopes told ..."."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spacy.tokens import Span, Token

from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.people import Crowd, Person
from pipelines.reading.statements.phrases import former, phrase_of
from pipelines.reading.statements.roles import describe_title, is_rank, title_words
from pipelines.reading.statements.saying import is_title, sayer, verbs_of_saying
from pipelines.reading.statements.sides import Sides
from schemas.records import TextField

ANYBODY = frozenset({"official", "source", "diplomat", "representative", "aide", "lawmaker", "insider", "figure"})
_FARTHEST, _NEAR = 6, 2


def introduce(crowd: Crowd, read: list[Sentence], sides: Mapping[TextField, Sides]) -> None:
    """Entitle each person of ``crowd`` who speaks and of whom nothing is told, where one with a title stands before."""
    waiting: tuple[Sentence, Token, bool] | None = None
    for sentence in read:
        speakers = list(_sayers(sentence))
        for source in speakers:
            named = crowd.person_at(sentence.field, phrase_of(source, sentence))
            if named is None or waiting is None:
                continue
            where, title, speaks = waiting
            if sentence.field == where.field and sentence.index - where.index <= (_FARTHEST if speaks else _NEAR):
                _entitle(named[0], where, title, sides)
            waiting = None
        for title in _titles(sentence, crowd):
            waiting = (sentence, title, title in speakers)


def _sayers(sentence: Sentence) -> Iterator[Token]:
    for verb in verbs_of_saying(sentence.outside()):
        source = sayer(verb)
        if source is not None and not sentence.quoted(source):
            yield source


def _titles(sentence: Sentence, crowd: Crowd) -> Iterator[Token]:
    """The words of ``sentence`` for one official whom it does not name."""
    for token in sentence.outside():
        if not is_title(token) or token.tag_ not in ("NN", "NNP") or token.lemma_.lower() in ANYBODY:
            continue
        phrase = phrase_of(token, sentence)
        if former(phrase) or token.dep_ in ("compound", "poss", "nmod"):
            continue
        if crowd.person_at(sentence.field, phrase) is None and crowd.person_at(sentence.field, _around(token)) is None:
            yield token


def _around(token: Token) -> Span:
    return token.doc[max(0, token.i - 3) : token.i + 4]


def _entitle(person: Person, sentence: Sentence, source: Token, sides: Mapping[TextField, Sides]) -> None:
    """Make ``person``, of whom nothing is told, the ``source`` of ``sentence``."""
    if person.private or any(w == sentence.field and s.start < sentence.span.end for w, s in person.mentions):
        return
    phrase = phrase_of(source, sentence)
    description, words = describe_title(phrase, sides[sentence.field]), title_words(phrase, sides[sentence.field])
    same_title = bool(words & frozenset().union(*person.titles))
    if person.official and not (same_title or (person.role is not None and is_rank(person.role))):
        return
    if description.side is not None and person.side not in (None, description.side):
        return
    person.side = person.side or description.side
    if person.role is None or is_rank(person.role):
        person.role = description.role or person.role
    person.titles, person.official = person.titles | {words}, True
