"""Brings together what a side says on one subject in an article: indirect lead and later quotation are one."""

from __future__ import annotations

from pipelines.reading.statements.candidates import Scored
from pipelines.reading.statements.vetoes import Candidate

_SHARED_WORDS = 2
_NEAR = 2
_POINTING = frozenset({"the", "its", "their", "his", "her", "this", "that"})
_ANSWERS = frozenset({"answer", "counter", "reply", "respond", "retort", "rejoin", "other", "meanwhile", "turn"})
_ANOTHER = frozenset({"also", "separately", "second", "another", "besides", "moreover"})


def merge(found: list[Scored]) -> list[list[Scored]]:
    """``found`` in groups, one for each statement, both in reading order."""
    groups: list[list[Scored]] = []
    for candidate in found:
        joined = [group for group in groups if any(_same(candidate, member) for member in group)]
        if joined:
            groups[groups.index(joined[0])] = [*(member for group in joined for member in group), candidate]
            groups = [group for group in groups if group not in joined[1:]]
        else:
            groups.append([candidate])
    return _without_titles(groups)


def _same(one: Scored, other: Scored) -> bool:
    first, second = one.candidate, other.candidate
    if first.sentence.field != second.sentence.field or not _of_one_side(first, second):
        return False
    distance = _distance(first, second)
    if (one.kind == "unacceptable") != (other.kind == "unacceptable"):
        if distance > _NEAR:
            return False
        if first.actor.name == second.actor.name:
            return True
        return not (first.actor.person and second.actor.person) and _loosely_worded(first, second)
    if distance == 0:
        return True
    if "announcement" in (first.cue.kind, second.cue.kind) and distance <= _NEAR and first.quoted != second.quoted:
        return True
    if one.addressed and other.addressed and not set(one.target_sides) & set(other.target_sides):
        return False
    if first.cue.kind == second.cue.kind in ("status", "unacceptable"):
        return True
    return (
        len(one.words & other.words) >= _SHARED_WORDS
        or _vague(one)
        or _vague(other)
        or (distance == 1 and first.sentence.paragraph == second.sentence.paragraph)
        or _lead_and_quotation(one, other)
    )


def _of_one_side(first: Candidate, second: Candidate) -> bool:
    """Whether both speak for one side: a side that was only guessed yields to that of the same person, or of whoever
    spoke right before, unless it is an answer."""
    one, other = first.actor, second.actor
    if one.side == other.side:
        return True
    if one.certain and other.certain:
        return False
    if one.person and other.person:
        return one.name == other.name
    later = max(first, second, key=lambda candidate: candidate.sentence.index)
    return not later.actor.certain and _distance(first, second) <= _NEAR and _goes_on(later)


def _goes_on(candidate: Candidate) -> bool:
    """Whether the speaker is only pointed at ("he", "the admiral", "the text"), and does not answer somebody."""
    source, sentence = candidate.attribution.source, candidate.attribution.sentence
    pointed_at = source.pos_ == "PRON" or source.doc[source.left_edge.i].lower_ in _POINTING
    return pointed_at and not any(token.lemma_.lower() in _ANSWERS for token in sentence.outside())


def _distance(first: Candidate, second: Candidate) -> int:
    return abs(first.sentence.index - second.sentence.index)


def _loosely_worded(first: Candidate, second: Candidate) -> bool:
    """Whether the kind of one is only what is thought of words that no lexicon has."""
    return "announcement" in (first.cue.kind, second.cue.kind)


def _vague(candidate: Scored) -> bool:
    return candidate.candidate.filled.condition is None and not candidate.addressed


def _lead_and_quotation(one: Scored, other: Scored) -> bool:
    """The same speaker, or a state and right after it somebody of it, first in the reporter's words, then in his own,
    and no word says that it is another matter."""
    first, second = one.candidate, other.candidate
    two_people = first.actor.person and second.actor.person
    if first.actor.name != second.actor.name and (two_people or _distance(first, second) > _NEAR):
        return False
    quoted = [c.quoted for c in (first, second)]
    later = max(first.sentence, second.sentence, key=lambda sentence: sentence.index)
    return quoted[0] != quoted[1] and not any(token.lower_ in _ANOTHER for token in later.outside())


def _without_titles(groups: list[list[Scored]]) -> list[list[Scored]]:
    """A title repeats its text: it counts only where the text has nothing of its side."""
    in_text = {group[0].candidate.actor.side for group in groups if group[0].candidate.sentence.field == "text"}
    return [
        group
        for group in groups
        if group[0].candidate.sentence.field == "text" or group[0].candidate.actor.side not in in_text
    ]
