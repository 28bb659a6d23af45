"""Against whom or what a cue is directed, as a run of words of its sentence."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.source import Attribution
from pipelines.reading.statements.words import PASSIVE_SUBJECTS, SUBJECTS, among, noun_chunks

OWN = frozenset({"we", "us", "our", "ours", "i", "me", "my", "ourselves"})
THEY = frozenset(
    {"they", "them", "it", "he", "him", "she", "her", "this", "that", "these", "those", "there", "who", "which"}
)
_OBJECTS = frozenset({"dobj", "dative", "pobj"})
_ACTS = ("harm", "response", "coercion", "deadline")
_HIT = ("harm", "response", "coercion", "unacceptable", "announcement")
_ANY = frozenset(
    {"any", "anyone", "anybody", "every", "everyone", "whoever", "those", "no", "all", "each", "one", "another"}
)
_JUDGED = ("unacceptable", "red_line", "deadline")
_TELLS_WHICH = frozenset({"prep", "relcl", "acl", "amod", "cc", "conj"})
_LONGEST_DESCRIPTION = 14
_NAMED = frozenset({"GPE", "NORP", "ORG", "LOC", "FAC"})
_AGAINST = ("on", "against", "at", "upon")


def find_hit(cue: Cue, said: Span, attribution: Attribution, head_phrase: Span | None) -> Span | None:
    """Whom or what the announced harm hits, or what is judged, in as many words as tell which is meant.

    ``head_phrase`` is what stands before the modal verb ("any boat" in "any boat that comes near will be sunk").
    """
    direct, subject = _direct(cue, said, attribution), _subject(head_phrase)
    passive = any(child.dep_ in PASSIVE_SUBJECTS | {"auxpass"} for child in cue.head.children)
    if subject is not None and (passive or _anybody(subject)) and _can_be_hit(subject):
        return subject
    if direct is None or cue.kind not in _HIT or not _can_be_hit(direct):
        return None
    return direct if _may_be(direct) or _anybody(direct) else None


def find_target(
    cue: Cue, attribution: Attribution, said: Span, condition: Span | None, head_phrase: Span | None
) -> Span | None:
    """Who may be meant where nothing is told that would be hit: who the condition is about, or who was warned.

    An act, a time or an idea is no target: then it is the one whose act it is.
    """
    direct, subject = _direct(cue, said, attribution), _subject(head_phrase)
    return next(filter(_may_be, _others(cue, attribution, condition, direct, subject)), None)


def _direct(cue: Cue, said: Span, attribution: Attribution) -> Span | None:
    found = _fired_on(cue) or (_object(cue) if cue.head != attribution.verb or cue.kind in _JUDGED else None)
    return found if found is not None and found.start >= said.start else None


def _subject(head_phrase: Span | None) -> Span | None:
    return _noun_phrase(head_phrase.root) if head_phrase is not None else None


def _others(
    cue: Cue, attribution: Attribution, condition: Span | None, direct: Span | None, subject: Span | None
) -> Iterator[Span]:
    """Who may be meant where nothing is told that would be hit."""
    if subject is not None and cue.kind not in _ACTS:
        yield subject
    if direct is not None:
        yield direct
        yield from _doers(direct)
    addressee = _addressee(attribution, cue)
    if addressee is not None and _is_named(addressee):
        yield addressee
    if condition is not None:
        yield from (_noun_phrase(chunk.root) for chunk in noun_chunks(condition))
        yield from _doers(condition)
    if addressee is not None and any(among(token, "foreign_targets") for token in addressee):
        yield addressee


def _anybody(phrase: Span) -> bool:
    """``any vessel that ...``, ``whoever ...``, ``the next boat``."""
    return phrase[0].lower_ in _ANY or any(token.lower_ == "next" for token in phrase[:2])


def _can_be_hit(phrase: Span) -> bool:
    """Whether ``phrase`` tells somebody or something, whatever it is, that is not the speaker's own."""
    root = phrase.root
    if root.lower_ in OWN | THEY or root.pos_ in ("VERB", "AUX", "NUM", "ADV") or _of_the_speaker(phrase):
        return False
    return root.ent_type_ not in ("DATE", "TIME", "CARDINAL", "ORDINAL", "PERCENT", "MONEY")


def _may_be(phrase: Span) -> bool:
    """Whether ``phrase`` is somebody or something that is surely another's: named, or a force, a ship, a place."""
    root = phrase.root
    if not _can_be_hit(phrase) or root.pos_ == "DET" or among(root, "acts"):
        return False
    told = len(phrase) > 1 or root.tag_ == "NNS" or any(child.dep_ == "relcl" for child in root.children)
    return _is_named(phrase) or (told and among(root, "foreign_targets", "official_bodies", "official_titles"))


def _is_named(phrase: Span) -> bool:
    return any(token.ent_type_ in _NAMED for token in phrase)


def _doers(act: Span) -> Iterator[Span]:
    """``Moldova`` in ``any move by Moldova``, ``Kenya`` in ``Kenya's hosting of rebels``."""
    for token in act:
        if token.ent_type_ in _NAMED and (
            token.dep_ == "poss" or (token.dep_ == "pobj" and token.head.lower_ in ("by", "of", "from"))
        ):
            yield _from_word(token.doc[token.left_edge.i : token.i + 1])


def _fired_on(cue: Cue) -> Span | None:
    """``troops`` in ``open fire on troops``."""
    doc, after = cue.span.doc, cue.span.end
    if cue.kind in ("idiom", "consequence") and after < len(doc) and doc[after].lower_ in _AGAINST:
        chunk = next(iter(noun_chunks(doc[after + 1 : cue.span.sent.end])), None)
        return _noun_phrase(chunk.root) if chunk is not None else None
    return None


def _of_the_speaker(phrase: Span) -> bool:
    return any(token.lower_ in ("our", "my") for token in phrase)


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
    """``noun`` with what stands before it, and the phrases and the clause that tell which is meant.

    Without these an article or a quantifier tells nothing.
    """
    doc, end = noun.doc, noun.i + 1
    for child in noun.rights:
        if child.dep_ not in _TELLS_WHICH or child.right_edge.i - noun.i > _LONGEST_DESCRIPTION:
            break
        end = child.right_edge.i + 1
    whole = _from_word(doc[noun.left_edge.i : end])
    while end == noun.i + 1 and len(whole) > 1 and (whole[0].pos_ == "DET" or whole[0].lower_ in ("such", "any")):
        whole = whole[1:]
    return whole


def _from_word(span: Span) -> Span:
    """``span`` without marks at its beginning."""
    while len(span) > 1 and span[0].is_punct:
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
