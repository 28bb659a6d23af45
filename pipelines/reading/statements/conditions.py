"""On what act a statement depends: the clause of if, unless, the moment ..., or the act that the main clause is about.

- ``if``, ``unless``, ``should a ship enter``, ``the moment``, ``as long as``, ``in case of``: the clause or phrase;
- ``any army that sets foot here will ...``, ``one more tanker``, ``whoever``: the subject of the announcement;
- ``let them come and``, ``touch Assab, and``, ``one toy, and``: what stands before the joining word;
- what is called intolerable: the act itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Doc, Span, Token

from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.source import Attribution
from pipelines.reading.statements.words import PASSIVE_SUBJECTS, SUBJECTS, among, trim

_MARKERS = ("if", "unless", "should", "were", "until", "till", "once", "when", "whenever", "lest", "without", "before")
CLEAR = frozenset({"if", "unless", "should", "whoever", "anyone", "any"})
"""Words that begin what is surely a condition."""
_INVERTED = frozenset({"should", "were", "had"})
_PHRASES = (
    ("in", "case"), ("in", "the", "event"), ("as", "long", "as"), ("so", "long", "as"), ("as", "soon", "as"),
    ("the", "moment"), ("the", "minute"), ("the", "instant"), ("the", "day"), ("the", "second"), ("the", "hour"),
    ("each", "time"), ("every", "time"), ("the", "next", "time"), ("next", "time"),
)  # fmt: skip
_INDEFINITE = frozenset(
    {"a", "an", "any", "another", "one", "each", "every", "such", "whoever", "whatever", "anyone", "anybody", "those"}
)
_NEXT = frozenset({"more", "further", "next", "first", "second", "third", "single", "other", "new"})
_JOINING = frozenset({"and", "or"})
_ALL_SUBJECTS = SUBJECTS | PASSIVE_SUBJECTS
_SHORTEST = 3


def find_condition(cue: Cue, sentence: Sentence, said: Span, attribution: Attribution) -> Span | None:
    """The condition of ``cue``: in the words ``said`` or, if they are a quotation, beside it."""
    if cue.kind == "unacceptable":
        return _judged(cue, said, attribution)
    if cue.kind == "deadline" and (demand := _until(cue, said)) is not None:
        return demand
    places = [said]
    if sentence.quoted(cue.span.root) or _put_in(attribution, said):
        places.append(sentence.doc_from_opening())
    for place in places:
        for clause in (*_phrases(place), *_marked(place)):
            found = _without_main_clause(clause, cue, place)
            if found is not None and not _when_said(found, attribution):
                return found
    return _subject_act(cue, said) or _object_act(cue, said) or _before_joining_word(cue, said)


def condition_and_consequence(sentence: Span) -> tuple[Span, Span] | None:
    """The two parts of ``if they come, we will sink them``, ``whoever comes will be sunk``; None of other sentences."""
    for clause in (*_phrases(sentence), *_marked(sentence)):
        condition = trim(sentence.doc[clause.start : min(clause.end, sentence.end)])
        if len(condition) < _SHORTEST:
            continue
        before, after = sentence.doc[sentence.start : condition.start], sentence.doc[condition.end : sentence.end]
        consequence = trim(max(before, after, key=len))
        if len(consequence) >= _SHORTEST:
            return condition, consequence
    return _subject_and_rest(sentence)


def _subject_and_rest(sentence: Span) -> tuple[Span, Span] | None:
    root = sentence.root
    subject = next((child for child in root.lefts if child.dep_ in _ALL_SUBJECTS), None)
    if subject is None or subject.left_edge.i < sentence.start or root.pos_ not in ("VERB", "AUX"):
        return None
    auxiliary = next((c for c in root.lefts if c.i > subject.i and c.dep_ in ("aux", "auxpass", "neg")), root)
    condition = trim(sentence.doc[subject.left_edge.i : auxiliary.i])
    opens = {token.lower_ for token in condition[:2]}
    acts = any(t.dep_ in ("relcl", "acl") for t in subject.children) or subject.dep_ in ("csubj", "csubjpass")
    consequence = trim(sentence.doc[auxiliary.i : sentence.end])
    if len(condition) < 2 or not opens & (_INDEFINITE | _NEXT) or not (acts or opens & _NEXT) or len(consequence) < 2:
        return None
    return condition, consequence


def _put_in(attribution: Attribution, said: Span) -> bool:
    """Whether the verb of saying stands between two parts of what is said: "if they come, he said, we will"."""
    verb = attribution.verb
    return verb is not None and not attribution.carried and verb.i < said.start and said.doc[verb.i + 1].text == ","


def _when_said(clause: Span, attribution: Attribution) -> bool:
    """Whether ``clause`` tells when it was said: "he said before he left"."""
    return attribution.verb is not None and clause.root.head == attribution.verb


def _until(cue: Cue, said: Span) -> Span | None:
    """``until midnight to release him`` in ``gave them until midnight to release him, or ...``"""
    doc = said.doc
    start = next((t.i for t in doc[cue.span.start : said.end] if t.lower_ in ("until", "till")), None)
    if start is None:
        return None
    end = next(
        (t.i for t in doc[start : said.end] if t.lower_ in ("or", "otherwise", "and", "saying") or t.text == ";"), None
    )
    return trim(doc[start : end if end is not None else said.end])


def _marked(place: Span) -> Iterator[Span]:
    words = [(token.lower_, token) for token in place]
    for marker in _MARKERS:
        for word, token in words:
            if word == marker and (end := _end_of_clause(token)) is not None:
                yield token.doc[token.i : end]


def _phrases(place: Span) -> Iterator[Span]:
    """Where ``the moment``, ``in case`` and their like begin a clause."""
    words = [token.lower_ for token in place]
    for phrase in _PHRASES:
        for k in range(len(words) - len(phrase)):
            if tuple(words[k : k + len(phrase)]) == phrase:
                start = place.start + k
                last = place.doc[start + len(phrase) - 1]
                clause = next((c for c in last.rights if c.dep_ in ("relcl", "acl", "advcl", "prep", "ccomp")), None)
                end = (clause or last).right_edge.i + 1
                if last.lower_ == "as":
                    end = max(end, last.head.right_edge.i + 1)
                yield place.doc[start : max(end, start + len(phrase))]


def _end_of_clause(marker: Token) -> int | None:
    """Where the clause that ``marker`` opens ends; None where it opens none."""
    word = marker.lower_
    if word in _INVERTED and not _inverted(marker):
        return None
    if word in ("when", "once", "before", "until", "till", "without") and marker.dep_ not in ("mark", "advmod", "prep"):
        return None
    if marker.dep_ == "prep":
        return marker.right_edge.i + 1
    verb = marker if word == "were" and marker.dep_ not in ("aux", "auxpass") else marker.head
    return max(verb.right_edge.i + 1, _start_of_main_clause(verb))


def _inverted(auxiliary: Token) -> bool:
    """``Should a ship enter, ...``, ``Were they to come, ...``"""
    verb = auxiliary.head if auxiliary.dep_ in ("aux", "auxpass") else auxiliary
    if any(child.dep_ in _ALL_SUBJECTS and child.i > auxiliary.i for child in verb.children):
        return True
    # In the middle of a sentence parsers miss it: "deliveries would cease should Zambia raise its duty".
    following, before = auxiliary.doc[auxiliary.i + 1 : auxiliary.i + 2], auxiliary.doc[: auxiliary.i][-1:]
    opens = any(token.pos_ in ("DET", "PROPN", "NOUN", "PRON") and token.tag_ != "RB" for token in following)
    return auxiliary.lower_ == "should" and opens and not any(token.pos_ == "PRON" for token in before)


def _start_of_main_clause(verb: Token) -> int:
    """Where the clause begins on which the condition's ``verb`` depends, if it follows the condition; else 0.

    What a parser hangs on the main clause, but stands before it, still belongs to the condition.
    """
    starts = [child.left_edge.i for child in verb.head.children if child.dep_ in _ALL_SUBJECTS]
    return max(starts, default=0) if verb.dep_ == "advcl" and verb.i < verb.head.i else 0


def _without_main_clause(clause: Span, cue: Cue, place: Span) -> Span | None:
    """``clause`` within ``place``; where the parser hung the main clause on it, up to the comma before the cue."""
    doc = clause.doc
    start, end = clause.start, min(clause.end, place.end)
    if start <= cue.head.i < end:
        comma = next((i for i in range(start + 1, cue.head.i) if doc[i].text == "," and not doc[i].is_quote), None)
        if comma is None:
            return None
        end = comma
    found = trim(doc[max(start, place.start) : end])
    return found if len(found) >= _SHORTEST else None


def _subject_act(cue: Cue, said: Span) -> Span | None:
    """``any army that sets foot in Nigeria`` in ``any army that sets foot in Nigeria would meet an army``."""
    subject = next((c for verb in _verbs(cue) for c in verb.children if c.dep_ in _ALL_SUBJECTS), None)
    if subject is None or subject.i >= cue.head.i:
        return None
    phrase = said.doc[max(subject.left_edge.i, said.start) : _end_before_modal(subject, cue)]
    found = trim(phrase)
    if len(found) < 2 or (found.root.pos_ == "PRON" and len(found) < _SHORTEST):
        return None
    opens = {token.lower_ for token in found[:3]}
    clausal = subject.dep_ in ("csubj", "csubjpass") or any(t.dep_ in ("relcl", "acl") for t in subject.children)
    joined = next((c for c in subject.children if c.dep_ == "cc"), None)
    if joined is not None and joined.i < found.end and found[0].lower_ in _INDEFINITE | _NEXT:
        found = trim(found.doc[found.start : joined.i])
    acts = opens & (_INDEFINITE | _NEXT) or clausal or among(subject, "acts")
    return found if acts else None


def _object_act(cue: Cue, said: Span) -> Span | None:
    """``any march upon Assab`` in ``would regard any march upon Assab as war``; what "cannot be accepted"."""
    refused = among(cue.head, "tolerate_verbs")
    wanted = {"dobj", "ccomp"} | (_ALL_SUBJECTS if refused and cue.head.tag_ == "VBN" else set())
    for child in cue.head.children:
        if child.dep_ not in wanted or child.pos_ == "PRON":
            continue
        words = trim(said.doc[max(child.left_edge.i, said.start) : min(child.right_edge.i + 1, said.end)])
        opens = {token.lower_ for token in words[:3]}
        if len(words) > 1 and (refused or among(cue.head, "judge_verbs") or opens & (_NEXT | {"any", "another"})):
            return words
    return None


def _verbs(cue: Cue) -> list[Token]:
    """The announcing verb and, for an infinitive or the second of two, the one that it depends on."""
    verbs = [cue.head]
    while verbs[-1].dep_ in ("xcomp", "conj") and verbs[-1].head.pos_ in ("VERB", "AUX"):
        verbs.append(verbs[-1].head)
    return verbs


def _end_before_modal(subject: Token, cue: Cue) -> int:
    auxiliaries = [c.i for verb in _verbs(cue) for c in verb.children if c.dep_ in ("aux", "auxpass", "neg")]
    ahead = [i for i in (*auxiliaries, *(verb.i for verb in _verbs(cue))) if i > subject.i]
    return min([subject.right_edge.i + 1, *ahead])


def _before_joining_word(cue: Cue, said: Span) -> Span | None:
    """``Touch Assab`` in ``Touch Assab, and you are at war``: a command or a thing, then what comes of it."""
    doc = said.doc
    join = next((t.i for t in said[1:] if t.i < cue.head.i and t.lower_ in _JOINING and _starts_clause(t, cue)), None)
    if join is None:
        return None
    colon = next((t.i + 1 for t in reversed(doc[said.start : join]) if t.text == ":"), said.start)
    words = trim(doc[colon:join])
    if len(words) < 2:
        return None
    command = words[0].tag_ == "VB" or words[0].lower_ in ("let", "either", "touch")
    thing = words[0].lower_ in (_INDEFINITE | _NEXT) and not any(t.tag_ in ("MD", "VBD", "VBZ", "VBP") for t in words)
    return words if command or thing else None


def _starts_clause(joining: Token, cue: Cue) -> bool:
    doc: Doc = joining.doc
    return any(doc[i].dep_ in _ALL_SUBJECTS or doc[i].dep_ == "expl" for i in range(joining.i + 1, cue.head.i + 1))


def _judged(cue: Cue, said: Span, attribution: Attribution) -> Span | None:
    """The act that is called intolerable: subject of the judgement, or object of "calls", "considers"."""
    doc, head = said.doc, cue.head
    after = next((t for t in doc[cue.span.end : said.end][:3] if t.lower_ in ("for", "that", "to")), None)
    if after is not None:
        start = after.i if after.lower_ == "to" else after.i + 1
        words = trim(doc[start : said.end])
        return words if len(words) >= _SHORTEST and any(t.pos_ in ("VERB", "AUX") for t in words) else None
    wanted = {"dobj", "nsubj", "ccomp"} if head == attribution.verb else _ALL_SUBJECTS | {"dobj"}
    for child in head.children:
        if child.dep_ not in wanted or child.i == attribution.source.i or child.pos_ == "PRON":
            continue
        words = trim(doc[child.left_edge.i : min(child.right_edge.i + 1, cue.span.start)])
        if len(words) >= _SHORTEST:
            return words
    return None
