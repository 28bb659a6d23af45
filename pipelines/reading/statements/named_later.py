"""The name of a speaker who is at first only an office, a capital or a state: "That came from General Chalermchai"."""

from __future__ import annotations

from dataclasses import replace

from pipelines.reading.statements.bodies import Actor
from pipelines.reading.statements.cast import Cast
from pipelines.reading.statements.introductions import ANYBODY
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.people import Person
from pipelines.reading.statements.saying import is_title
from pipelines.reading.statements.words import SUBJECTS

_NEAR = 2


def named_later(cast: Cast, told: Actor, last: Sentence) -> Actor | None:
    """The person who speaks for ``told``, where one of its side is named in the sentences right after ``last``."""
    office = told.span.root
    if told.person or office.lemma_.lower() in ANYBODY or told.span.doc[told.span.start - 1].lower_ in ("a", "an"):
        return None
    for sentence in cast.read:
        if sentence.field != last.field or not 0 < sentence.index - last.index <= _NEAR:
            continue
        for person, name in cast.named_in(sentence):
            if _speaks_for(person, told) and (person.official or (is_title(office) and name.root.dep_ in SUBJECTS)):
                role = person.role or told.role
                return replace(told, name=person.name, role=role, person=True, field=sentence.field, span=name)
    return None


def _speaks_for(person: Person, told: Actor) -> bool:
    return not person.private and person.side in (None, told.side)
