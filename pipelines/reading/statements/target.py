"""Against whom or what a cue is directed, as a run of words of its sentence."""

from __future__ import annotations

from spacy.tokens import Span, Token

from pipelines.reading.statements.attribution import Attribution
from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.words import PASSIVE_SUBJECTS, SUBJECTS, noun_chunks

OWN = frozenset({"we", "us", "our", "ours", "i", "me", "my", "ourselves"})
THEY = frozenset(
    {"they", "them", "it", "he", "him", "she", "her", "this", "that", "these", "those", "there", "who", "which"}
)
_OBJECTS = frozenset({"dobj", "dative", "pobj"})
_ACTS = ("harm", "response", "coercion", "deadline")
_JUDGED = ("unacceptable", "red_line", "deadline")
_AGAINST = ("on", "against", "at", "upon")


def find_target(
    cue: Cue, attribution: Attribution, said: Span, condition: Span | None, head_phrase: Span | None
) -> Span | None:
    """The target of ``cue``: what is harmed or judged, else who the condition is about, else who was warned.

    ``head_phrase`` is what stands before the modal verb ("any boat" in "any boat that comes near will be sunk").
    """
    passive = any(child.dep_ in PASSIVE_SUBJECTS | {"auxpass"} for child in cue.head.children)
    suffers = passive or cue.kind not in _ACTS
    if head_phrase is not None and suffers and not _of_the_speaker(head_phrase):
        return _without_quantifier(head_phrase)
    direct = _fired_on(cue) or (_object(cue) if cue.head != attribution.verb or cue.kind in _JUDGED else None)
    if (
        direct is not None
        and direct.start >= said.start
        and not _of_the_speaker(direct)
        and direct.root.lower_ not in THEY | OWN
    ):
        return direct
    return _doer(condition) or _addressee(attribution, cue)


def _doer(condition: Span | None) -> Span | None:
    """The first thing that the condition names, but for the speaker's own."""
    for chunk in noun_chunks(condition) if condition is not None else ():
        if chunk.root.lower_ not in OWN | THEY and not any(token.lower_ in OWN for token in chunk):
            return _without_quantifier(chunk)
    return None


def _fired_on(cue: Cue) -> Span | None:
    """``troops`` in ``open fire on troops``."""
    doc, after = cue.span.doc, cue.span.end
    if cue.kind in ("idiom", "consequence") and after < len(doc) and doc[after].lower_ in _AGAINST:
        chunk = next(iter(noun_chunks(doc[after + 1 : cue.span.sent.end])), None)
        return _noun_phrase(chunk.root) if chunk is not None else None
    return None


def _of_the_speaker(phrase: Span) -> bool:
    return any(token.lower_ in ("our", "my", "his", "her", "its") for token in phrase)


def _object(cue: Cue) -> Span | None:
    """What the cue's verb is done to or, where it is judged, what it is said of."""
    if cue.kind == "unacceptable" and (judged := _judged_after(cue)) is not None:
        return judged
    wanted = _relations(cue)
    for child in cue.head.children:
        if child.dep_ in wanted and child.pos_ != "VERB" and not cue.span.start <= child.i < cue.span.end:
            return _noun_phrase(child)
    if cue.kind == "unacceptable":
        between = noun_chunks(cue.span.doc[cue.head.i + 1 : cue.span.start])
        return next((_noun_phrase(chunk.root) for chunk in between), None)
    return _after_preposition(cue.head) if cue.kind in ("harm", "response") else None


def _relations(cue: Cue) -> frozenset[str]:
    """How the target may depend on the cue's verb."""
    head = cue.head
    if cue.kind in ("status", "red_line", "consequence", "idiom"):
        return PASSIVE_SUBJECTS | SUBJECTS
    if cue.kind == "deadline":
        return frozenset({"dative", "nsubj" if head.lemma_ == "have" else "dobj"})
    if cue.kind == "unacceptable":
        return PASSIVE_SUBJECTS | {"dobj"} | (SUBJECTS if head.lemma_ == "be" else frozenset())
    passive = any(child.dep_ in PASSIVE_SUBJECTS for child in head.children)
    return PASSIVE_SUBJECTS if passive else frozenset({"dobj"})


def _judged_after(cue: Cue) -> Span | None:
    """``foreign troops`` in ``unacceptable for foreign troops to stay``."""
    doc, end = cue.span.doc, cue.span.sent.end
    after = next((t for t in doc[cue.span.end : min(end, cue.span.end + 2)] if t.lower_ in ("for", "that")), None)
    chunks = noun_chunks(doc[after.i + 1 : end]) if after is not None else ()
    return next((_noun_phrase(chunk.root) for chunk in chunks), None)


def _after_preposition(verb: Token) -> Span | None:
    """``the bases`` in ``will retaliate against the bases``."""
    preps = [c for c in verb.children if c.dep_ == "prep" and c.lower_ in _AGAINST]
    objects = [c for prep in preps for c in prep.children if c.dep_ == "pobj" and c.ent_type_ not in ("DATE", "TIME")]
    return _noun_phrase(objects[0]) if objects else None


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
