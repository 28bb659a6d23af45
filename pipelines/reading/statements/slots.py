"""Target, condition, consequence and quotation of a candidate, each as a run of words of its sentence."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from pipelines.reading.statements.attribution import Attribution
from pipelines.reading.statements.content import content
from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.words import PASSIVE_SUBJECTS, SUBJECTS, trim

_CONDITIONS = ("if", "unless", "should", "until", "once", "when", "whenever", "before")
_MODALS = frozenset({"will", "would", "shall", "must", "can", "could", "may", "'ll", "’ll", "wo"})
_OWN = frozenset({"we", "us", "our", "ours", "i", "me", "my", "ourselves"})
_THEY = frozenset({"they", "them", "it", "he", "him", "she", "her", "this", "that", "these", "those", "there", "who", "which"})
_OBJECTS = frozenset({"dobj", "dative", "pobj"})


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
    target = _target(cue, condition, head_phrase) or _addressee(attribution, cue)
    if condition is None and target is not None:
        condition = _clause_on(target.root)
    return Filled(said, target, condition, _consequence(cue, said, condition))


def _before_modal(cue: Cue, said: Span) -> tuple[Span | None, Span | None]:
    """``any boat`` and ``that comes near`` in ``any boat that comes near will be sunk``.

    Read from the order of words, since a parser often hangs the modal on the wrong verb here.
    """
    doc = said.doc
    modal = next((i for i in range(cue.span.start - 1, said.start - 1, -1) if doc[i].lower_ in _MODALS), None)
    if modal is None:
        return None, None
    chunks = [chunk for chunk in doc[said.start : modal].noun_chunks]
    if not chunks or chunks[0].start > said.start + 1 or chunks[0].root.lower_ in _OWN | _THEY:
        return None, None
    rest = trim(doc[chunks[0].end : modal])
    if rest and rest[0].tag_ in ("WDT", "WP"):
        rest = rest[1:]
    return chunks[0], rest if len(rest) > 1 and any(t.pos_ in ("VERB", "AUX") for t in rest) else None


def _condition(cue: Cue, sentence: Sentence, said: Span) -> Span | None:
    """The clause of if, unless, until ... that stands beside the cue; first in the same quotation, then in the sentence."""
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


def _target(cue: Cue, condition: Span | None, head_phrase: Span | None) -> Span | None:
    if head_phrase is not None and not any(child.dep_ == "dobj" for child in cue.head.children):
        return _without_quantifier(head_phrase)
    direct = _object(cue)
    if direct is not None and direct.root.lower_ not in _THEY | _OWN:
        return direct
    if condition is not None:
        for chunk in condition.noun_chunks:
            if chunk.root.lower_ not in _OWN | _THEY and not any(t.lower_ in _OWN for t in chunk):
                return _without_quantifier(chunk)
    return None


def _object(cue: Cue) -> Span | None:
    """What the cue's verb is done to: its passive subject or object, or what stands after against, on, at."""
    head = cue.head
    wanted = PASSIVE_SUBJECTS if any(c.dep_ in PASSIVE_SUBJECTS for c in head.children) else {"dobj"}
    if cue.kind in ("status", "red_line", "consequence"):
        wanted = PASSIVE_SUBJECTS | SUBJECTS
    if cue.kind == "unacceptable":
        wanted = PASSIVE_SUBJECTS | {"dobj"} | (SUBJECTS if head.lemma_ == "be" else set())
    for child in head.children:
        if child.dep_ in wanted and child.pos_ != "VERB" and not cue.span.start <= child.i < cue.span.end:
            return _noun_phrase(child)
    if cue.kind == "unacceptable":
        return next((_noun_phrase(chunk.root) for chunk in head.doc[head.i + 1 : cue.span.start].noun_chunks), None)
    if cue.kind in ("harm", "response"):
        for prep in head.children:
            if prep.dep_ in ("prep", "agent") and prep.lower_ in ("against", "on", "at", "upon"):
                return next((_noun_phrase(c) for c in prep.children if c.dep_ == "pobj" and c.ent_type_ != "DATE"), None)
    return None


def _noun_phrase(noun: Token) -> Span:
    """``noun`` with what stands before it and its of-phrase, without clauses and quantifiers."""
    doc, end = noun.doc, noun.i + 1
    for child in noun.rights:
        if child.dep_ == "prep" and child.lower_ in ("of", "from", "in", "near", "on"):
            end = child.right_edge.i + 1
        else:
            break
    return _without_quantifier(doc[noun.left_edge.i : end])


def _without_quantifier(span: Span) -> Span:
    while len(span) > 1 and (span[0].pos_ == "DET" or span[0].is_punct or span[0].lower_ in ("such", "any", "single")):
        span = span[1:]
    return span


def _addressee(attribution: Attribution, cue: Cue) -> Span | None:
    """``Israel`` in ``warned Israel that``, ``told NATO``; ``X`` in ``threatened X with``, ``warned against X``."""
    verb = attribution.verb
    if verb is None:
        return None
    for child in verb.children:
        if child.dep_ in _OBJECTS and child.pos_ in ("PROPN", "NOUN") and child.i != cue.span.root.i:
            return _noun_phrase(child)
    return None


def _consequence(cue: Cue, said: Span, condition: Span | None) -> Span | None:
    """The announced harm in the words of the text; none where the act is only declared intolerable or a red line."""
    if cue.kind == "unacceptable" or (cue.kind == "red_line" and "line" in cue.span.text.lower()):
        return None
    if cue.kind in ("status", "red_line"):
        return cue.span
    if cue.kind == "consequence":
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
