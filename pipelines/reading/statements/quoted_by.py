"""Who says a quotation: the verb beside its marks, a name after a dash or before a colon, or a sentence near it."""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Token

from pipelines.reading.quotes import Quotation
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.saying import sayer, verbs_of_saying
from pipelines.reading.statements.source import Attribution, speaker
from pipelines.reading.statements.words import SUBJECTS

_FARTHEST, _NEAR = 5, 2
_DASHES = frozenset({"-", "–", "—", "―"})
_SO = frozenset({"so", "thus", "this", "that"})


def quoted_by(word: Token, sentence: Sentence, all_sentences: list[Sentence]) -> Attribution | None:
    """Who says the quotation in which ``word`` of ``sentence`` stands; None where nobody is told."""
    return (
        _announced_by_dash(word, sentence)
        or _beside(word, sentence)
        or _announced_by_colon(word, sentence)
        or _at_its_end(word, sentence, all_sentences)
        or _elsewhere(sentence, all_sentences)
    )


def _beside(cue: Token, sentence: Sentence) -> Attribution | None:
    """The verb outside the quotation that stands nearest to its marks: one of saying, else any right beside them."""
    quote = sentence.quote_of(cue)
    assert quote is not None
    return _nearest_verb(quote, sentence)


def _nearest_verb(quote: Quotation, sentence: Sentence) -> Attribution | None:
    outside = sentence.outside()
    saying = verbs_of_saying(outside)
    others = [
        verb
        for verb in outside
        if verb.tag_ in ("VBD", "VBZ") and verb not in saying and _touches(verb, quote.start, quote.end)
    ]
    for verbs in (saying, others):
        for verb in sorted(verbs, key=lambda verb: min(abs(verb.idx - quote.end), abs(verb.idx - quote.start))):
            if (source := speaker(verb, sentence)) is not None:
                return Attribution(source, sentence, verb)
    return None


def _at_its_end(cue: Token, sentence: Sentence, all_sentences: list[Sentence]) -> Attribution | None:
    """The verb or the name after the closing mark of a quotation of several sentences."""
    quote = sentence.quote_of(cue)
    assert quote is not None
    last = next(
        (
            other
            for other in all_sentences
            if other.field == sentence.field and other.span.start_char <= quote.end < other.span.end_char
        ),
        sentence,
    )
    if last.index <= sentence.index:
        return None
    found = _dash_after(quote, last) or _nearest_verb(quote, last)
    return replace(found, carried=True) if found is not None else None


def _touches(verb: Token, start: int, end: int) -> bool:
    """Whether only a few words stand between ``verb`` and the marks at ``start`` and ``end``."""
    doc = verb.doc
    between = [t for t in doc[max(0, verb.i - _FARTHEST) : verb.i + _FARTHEST] if t.idx < start or t.idx >= end]
    return any(t.idx + len(t) >= start - 3 and t.idx < start for t in between) or any(
        end <= t.idx <= end + 3 for t in between
    )


def _announced_by_dash(cue: Token, sentence: Sentence) -> Attribution | None:
    """A name between a dash and the end of the sentence of the quotation."""
    quote = sentence.quote_of(cue)
    assert quote is not None
    return _dash_after(quote, sentence)


def _dash_after(quote: Quotation, sentence: Sentence) -> Attribution | None:
    after = [token for token in sentence.outside() if token.idx >= quote.end]
    dash = next((k for k, token in enumerate(after) if token.text in _DASHES), None)
    if dash is not None and dash <= 2 and (name := _last_name(after[dash + 1 :])) and not verbs_of_saying(after):
        return Attribution(name, sentence)
    return None


def _announced_by_colon(cue: Token, sentence: Sentence) -> Attribution | None:
    """A name before a colon, in the sentence of the quotation."""
    quote = sentence.quote_of(cue)
    assert quote is not None
    before = [token for token in sentence.outside() if token.idx < quote.start]
    colon = next((k for k in range(len(before) - 1, -1, -1) if before[k].text == ":"), None)
    if colon is None:
        return None
    name = _last_name(before[:colon])
    source = _subject_of(before[:colon]) or name
    return Attribution(source, sentence) if source is not None else None


def _subject_of(tokens: list[Token]) -> Token | None:
    """The subject of the clause that announces a quotation, where it may be one who speaks."""
    subjects = [t for t in tokens if t.dep_ in SUBJECTS and t.head.pos_ in ("VERB", "AUX")]
    return next((t for t in subjects if t.lower_ in ("he", "she") or t.pos_ == "PROPN"), None)


def _last_name(tokens: list[Token]) -> Token | None:
    names = [token for token in tokens if token.pos_ == "PROPN" and token.ent_type_ not in ("DATE", "TIME")]
    return names[-1] if names else None


def _elsewhere(sentence: Sentence, all_sentences: list[Sentence]) -> Attribution | None:
    """For a quotation that stands alone: a dash and a name after it, a line with a colon before it, or "he added"."""
    same = [other for other in all_sentences if other.field == sentence.field]
    place = next(k for k, other in enumerate(same) if other.index == sentence.index)
    following = same[place + 1] if place + 1 < len(same) else None
    here = following is not None and following.paragraph == sentence.paragraph
    if following is not None and here and (found := _after(following)):
        return found
    if found := _before(sentence, same[:place]):
        return found
    if (
        following is not None
        and here
        and not any(t.is_alpha for t in sentence.outside())
        and (found := _later(following))
    ):
        return found
    return _continued(sentence, same[:place]) or _introduced(sentence, same[:place])


def _after(following: Sentence) -> Attribution | None:
    words = list(following.body)
    if words[0].text in _DASHES and (name := _last_name(words[1:])):
        return Attribution(name, following, carried=True)
    verbs = verbs_of_saying([token for token in words[:6] if not following.quoted(token)])
    opens = words[0].is_lower or words[0].lower_ in _SO or words[0].i == following.body.root.i
    if verbs and opens and (source := sayer(verbs[0])) is not None:
        return Attribution(source, following, verbs[0], carried=True)
    return None


def _later(following: Sentence) -> Attribution | None:
    """The quotation goes on in the sentence that follows, and there it is said who speaks."""
    for verb in verbs_of_saying(following.outside()):
        if following.quotes and (source := speaker(verb, following)) is not None:
            return Attribution(source, following, verb, carried=True)
    return None


def _before(sentence: Sentence, earlier: list[Sentence]) -> Attribution | None:
    if not earlier:
        return None
    last = earlier[-1]
    near = last.paragraph == sentence.paragraph
    announced = last.body[-1].text == ":"
    if announced and not verbs_of_saying(last.outside()) and (name := _last_name(list(last.body))):
        return Attribution(name, last, carried=True)
    if near or announced or _runs_on(last):
        for verb in reversed(verbs_of_saying(last.outside())):
            source = sayer(verb)
            if source is not None and not last.quoted(source):
                return Attribution(source, last, verb, carried=True)
        if near and last.quotes and len(last.outside()) <= 4:
            return _before(last, earlier[:-1])
    return None


def _runs_on(last: Sentence) -> bool:
    """Whether a quotation at the end of a paragraph may go on in the next one: it has no closing mark."""
    return any(quote.end >= last.body.end_char for quote in last.quotes)


def _continued(sentence: Sentence, earlier: list[Sentence]) -> Attribution | None:
    """Whoever said the words before: in this paragraph or, for a paragraph that is all quotation, the one before."""
    for last in reversed(earlier):
        if sentence.paragraph - last.paragraph > 1:
            return None
        for verb in reversed(verbs_of_saying(last.outside())):
            if verb.tag_ in ("VBD", "VBZ") and (source := speaker(verb, last)) is not None:
                return Attribution(source, last, verb, carried=True)
    return None


def _introduced(sentence: Sentence, earlier: list[Sentence]) -> Attribution | None:
    """Whoever the sentence before is about: ``Admiral Okonjo shrugged. "Let them come."``"""
    for last in reversed(earlier[-_NEAR:]):
        if sentence.paragraph - last.paragraph > 1:
            return None
        subjects = [t for t in last.outside() if t.dep_ in SUBJECTS and t.head.pos_ in ("VERB", "AUX")]
        source = min(subjects, key=lambda t: (t.head.dep_ != "ROOT", t.i), default=None)
        if source is not None and source.i >= last.opening and source.pos_ in ("NOUN", "PROPN", "PRON"):
            return Attribution(source, last, carried=True)
    return None
