"""Condition and consequence of a candidate, and its target, each as a run of words of its sentence."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from pipelines.reading.statements.attribution import Attribution
from pipelines.reading.statements.content import content
from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.target import OWN, THEY, find_target
from pipelines.reading.statements.words import PASSIVE_SUBJECTS, SUBJECTS, noun_chunks, trim

_CONDITIONS = ("if", "unless", "should", "until", "once", "when", "whenever", "before")
_MODALS = frozenset({"will", "would", "shall", "must", "can", "could", "may", "'ll", "’ll", "wo"})


@dataclass(frozen=True)
class Filled:
    """The slots of one candidate. ``said`` is all that the source is made to say in the sentence."""

    said: Span
    target: Span | None
    condition: Span | None
    consequence: Span | None


def fill(cue: Cue, sentence: Sentence, attribution: Attribution) -> Filled:
    """Find the slots of ``cue`` among the words that its source says."""
    said = content(cue, sentence, attribution)
    head_phrase, rest = _before_modal(cue, said)
    condition = _condition(cue, sentence, said) or rest
    target = find_target(cue, attribution, said, condition, head_phrase)
    if condition is None and target is not None:
        condition = _clause_on(target.root)
    return Filled(said, target, condition, _consequence(cue, attribution, said, condition))


def _before_modal(cue: Cue, said: Span) -> tuple[Span | None, Span | None]:
    """``any boat`` and ``that comes near`` in ``any boat that comes near will be sunk``.

    Read from the order of words, since a parser often hangs the modal on the wrong verb here.
    """
    doc = said.doc
    modal = next((i for i in range(said.start, cue.span.start) if doc[i].lower_ in _MODALS), None)
    if modal is None:
        return None, None
    chunks = list(noun_chunks(doc[said.start : modal]))
    if not chunks or chunks[0].start > said.start + 1 or chunks[0].root.lower_ in OWN | THEY:
        return None, None
    rest = trim(doc[chunks[0].end : modal])
    if rest and rest[0].tag_ in ("WDT", "WP"):
        rest = rest[1:]
    return chunks[0], rest if len(rest) > 1 and any(t.pos_ in ("VERB", "AUX") for t in rest) else None


def _condition(cue: Cue, sentence: Sentence, said: Span) -> Span | None:
    """The clause of if, unless, until ... beside the cue: first in the same quotation, then in the sentence."""
    places = [said]
    if sentence.quoted(cue.span.root):
        places.append(sentence.body)
    for place in places:
        for marker in _CONDITIONS:
            for token in place:
                if token.lower_ == marker and (clause := _clause_of(token, cue, place)):
                    return clause
    return None


def _clause_of(marker: Token, cue: Cue, place: Span) -> Span | None:
    if marker.lower_ == "should" and not _inverted(marker):
        return None
    if marker.lower_ in ("when", "once", "before", "until") and marker.dep_ not in ("mark", "advmod", "prep"):
        return None
    doc = marker.doc
    start, end = marker.i, max(marker.head.right_edge.i + 1, _start_of_main_clause(marker.head))
    if marker.dep_ == "prep":
        end = marker.right_edge.i + 1
    if start <= cue.span.start < end:  # the parser hung the main clause on the condition: up to the comma instead
        comma = next((i for i in range(start, cue.span.start) if doc[i].text == ","), None)
        if comma is None:
            return None
        end = comma
    clause = trim(doc[max(start, place.start) : min(end, place.end)])
    return clause if len(clause) > 2 else None


def _start_of_main_clause(verb: Token) -> int:
    """Where the clause begins on which the condition's ``verb`` depends, if it follows the condition; else 0.

    What a parser hangs on the main clause, but stands before it, still belongs to the condition.
    """
    starts = [child.left_edge.i for child in verb.head.children if child.dep_ in SUBJECTS | PASSIVE_SUBJECTS]
    return max(starts, default=0) if verb.dep_ == "advcl" and verb.i < verb.head.i else 0


def _clause_on(noun: Token) -> Span | None:
    """``lands marines`` in ``sink any vessel that lands marines``."""
    clause = next((child for child in noun.children if child.dep_ in ("relcl", "acl")), None)
    if clause is None or clause.tag_ == "VB":
        return None
    words = trim(noun.doc[clause.left_edge.i : clause.right_edge.i + 1])
    return words[1:] if words and words[0].tag_ in ("WDT", "WP") else words


def _inverted(should: Token) -> bool:
    """``Should a ship enter, ...``"""
    return should.dep_ == "aux" and any(child.dep_ in SUBJECTS and child.i > should.i for child in should.head.children)


def _consequence(cue: Cue, attribution: Attribution, said: Span, condition: Span | None) -> Span | None:
    """The announced harm in the words of the text; none where the act is only declared intolerable or a red line."""
    if cue.kind in ("unacceptable", "deadline") or (cue.kind == "red_line" and "line" in cue.span.text.lower()):
        return None
    if cue.kind in ("status", "red_line"):
        return cue.span
    if cue.kind in ("consequence", "idiom") and attribution.verb == cue.head:
        return trim(cue.span)
    if cue.kind in ("consequence", "idiom"):
        return _cut(cue.span.doc, min(_first_of(cue), cue.span.start), cue.span.end, said, condition, cue)
    return _cut(cue.span.doc, _first_of(cue), cue.head.right_edge.i + 1, said, condition, cue)


def _first_of(cue: Cue) -> int:
    """The modal or auxiliary with which the announcing verb begins."""
    auxiliaries = [
        child.i
        for child in cue.head.children
        if child.dep_ in ("aux", "auxpass") and child.i < cue.head.i and child.lower_ != "to"
    ]
    return min([cue.head.i, *auxiliaries])


def _cut(doc: Doc, start: int, end: int, said: Span, condition: Span | None, cue: Cue) -> Span:
    """From ``start`` to ``end``, within what is said and on the cue's own side of the condition."""
    start, end = max(start, said.start), min(end, said.end)
    if condition is not None and cue.span.start < condition.start < end:
        end = condition.start
    if condition is not None and start < condition.end <= cue.span.start:
        start = condition.end
    stop = next((i for i in range(cue.span.end, end) if doc[i].is_quote or doc[i].text in (",", ";", ":")), end)
    return trim(doc[start:stop])
