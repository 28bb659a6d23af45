"""Condition and consequence of a candidate, and its target, each as a run of words of its sentence."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Span, Token

from pipelines.reading.statements.conditions import find_condition
from pipelines.reading.statements.content import content
from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.source import Attribution
from pipelines.reading.statements.target import OWN, THEY, find_hit, find_target
from pipelines.reading.statements.words import PASSIVE_SUBJECTS, SUBJECTS, noun_chunks, trim

_MODALS = frozenset({"will", "would", "shall", "must", "can", "could", "may", "'ll", "’ll", "wo"})
_ELSE = frozenset({"or", "otherwise", "else"})
_LONGEST_SUBJECT, _SHORT = 8, 6


@dataclass(frozen=True)
class Filled:
    """The slots of one candidate. ``said`` is all that the source is made to say in the sentence.

    ``hit`` is true where ``target`` is what the announced harm hits, and not only who may be meant.
    """

    said: Span
    target: Span | None
    hit: bool
    condition: Span | None
    consequence: Span | None


def fill(cue: Cue, sentence: Sentence, attribution: Attribution) -> Filled:
    """Find the slots of ``cue`` among the words that its source says."""
    said = content(cue, sentence, attribution)
    head_phrase, rest = _before_modal(cue, said)
    condition = find_condition(cue, sentence, said, attribution) or rest
    hit = _of_others(find_hit(cue, said, attribution, head_phrase), sentence, attribution)
    target = hit or find_target(cue, attribution, said, condition, head_phrase)
    if condition is None and target is not None:
        condition = _clause_on(target.root)
    target, condition = _of_others(target, sentence, attribution), _of_others(condition, sentence, attribution)
    return Filled(said, target, hit is not None, condition, _consequence(cue, attribution, sentence, said, condition))


def _of_others(words: Span | None, sentence: Sentence, attribution: Attribution) -> Span | None:
    """``words`` without a dateline, which a parser takes for a part of the subject; None where they hold the source."""
    if words is None or attribution.source in words or words.end <= sentence.opening:
        return None
    return words.doc[max(words.start, sentence.opening) : words.end]


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


def _clause_on(noun: Token) -> Span | None:
    """``lands marines`` in ``sink any vessel that lands marines``."""
    clause = next((child for child in noun.children if child.dep_ in ("relcl", "acl")), None)
    if clause is None or clause.tag_ == "VB":
        return None
    words = trim(noun.doc[clause.left_edge.i : clause.right_edge.i + 1])
    return words[1:] if words and words[0].tag_ in ("WDT", "WP") else words


def _consequence(
    cue: Cue, attribution: Attribution, sentence: Sentence, said: Span, condition: Span | None
) -> Span | None:
    """The announced harm in the words of the text; none where the act is only declared intolerable or a red line."""
    if cue.kind == "unacceptable" or (cue.kind == "red_line" and "line" in cue.span.text.lower()):
        return None
    if cue.kind == "deadline":
        return _after_or(cue, said)
    if cue.kind in ("status", "red_line"):
        return cue.span
    if cue.kind in ("consequence", "idiom") and attribution.verb == cue.head:
        return trim(cue.span)
    start = min(_first_of(cue, sentence, condition), cue.span.start)
    return _cut(start, said, condition, cue, sentence)


def _after_or(cue: Cue, said: Span) -> Span | None:
    """``face the fleet`` in ``has until Friday to leave or face the fleet``."""
    doc = said.doc
    start = next((t.i + 1 for t in doc[cue.span.end : said.end] if t.lower_ in _ELSE), None)
    words = trim(doc[start : said.end]) if start is not None else None
    return words if words is not None and len(words) > 1 else None


def _first_of(cue: Cue, sentence: Sentence, condition: Span | None) -> int:
    """The subject of the announcement, where it tells something; else its modal or auxiliary."""
    head = cue.head
    subject = next((c for c in head.children if c.dep_ in SUBJECTS | PASSIVE_SUBJECTS and c.i < head.i), None)
    auxiliaries = [
        child.i
        for child in head.children
        if child.dep_ in ("aux", "auxpass") and child.i < head.i and child.lower_ != "to"
    ]
    first = min([head.i, *auxiliaries])
    if subject is None or (condition is not None and condition.start <= subject.i < condition.end):
        return first
    told = sentence.quoted(subject) if subject.pos_ == "PRON" else subject.pos_ == "NOUN"
    return subject.left_edge.i if told and first - subject.left_edge.i <= _LONGEST_SUBJECT else first


def _cut(start: int, said: Span, condition: Span | None, cue: Cue, sentence: Sentence) -> Span:
    """From ``start`` to the end of the clause, within what is said and on the cue's own side of the condition."""
    doc = said.doc
    end = max(min(said.end, cue.head.right_edge.i + 1), cue.span.end)
    start = max(start, said.start) if start < said.end else start
    if condition is not None and cue.span.start < condition.start < end:
        end = condition.start
    if condition is not None and start < condition.end <= cue.span.start:
        start = condition.end
    own = sentence.quote_of(cue.span.root)
    for i in range(cue.span.end, end):
        if (own is not None and doc[i].idx >= own.end) or (_stops(doc[i], end) and sentence.quote_of(doc[i]) == own):
            end = i
            break
    return _closed(trim(doc[start:end]), sentence)


def _closed(words: Span, sentence: Sentence) -> Span:
    """``words`` with the whole of a quotation that ends them, marks included."""
    if not len(words):
        return words
    quote = sentence.quote_of(words[-1])
    if quote is None or not words.start_char < quote.start:
        return words
    end = next((t.i + 1 for t in words.doc[words.end : words.end + 2] if t.is_quote), words.end)
    return words.doc[words.start : end]


def _stops(mark: Token, end: int) -> bool:
    """Whether the announcement ends at ``mark``: before another clause, but not within an enumeration."""
    if mark.text in (";", ":", "–", "—"):
        return True
    if mark.text != "," or mark.i + 1 >= end:
        return mark.text == ","
    rest = mark.doc[mark.i + 1 : end]
    return len(rest) > _SHORT or any(token.dep_ in SUBJECTS for token in rest)
