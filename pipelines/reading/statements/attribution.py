"""Who says a cue's words: the verb of saying that governs them, or the one that stands beside their quotation.

In this order: a verb above the cue in its sentence (``warned that``, ``vowed to``); a verb beside the quotation
(``"...," he told reporters``); ``according to``; a name after a dash or before a colon, in the sentence or the
paragraph before; the verb of the sentence that follows or precedes a quotation that stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from spacy.tokens import Token

from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.words import among, subject

_SAYING = ("say_verbs", "warn_verbs", "judge_verbs", "threaten_verbs")
_LONGEST_ADDRESS = 10
_DASHES = frozenset({"-", "–", "—", "―"})


@dataclass(frozen=True)
class Attribution:
    """``source`` is the subject, in ``sentence``; ``verb`` is None after a dash or before a colon.

    ``carried`` is true where the source stands in another sentence than the words said.
    """

    source: Token
    sentence: Sentence
    verb: Token | None = None
    carried: bool = False


def attribute(cue: Cue, sentence: Sentence, all_sentences: list[Sentence]) -> Attribution | None:
    """Who says the words of ``cue`` in ``sentence``; None where they are the reporter's own."""
    word = cue.span.root
    if cue.kind == "deadline" and cue.head.lemma_ == "give" and not sentence.quoted(word):
        giver = subject(cue.head)
        return Attribution(giver, sentence, cue.head) if giver is not None else None
    found = _governing(word, sentence) or _according_to(sentence)
    if found is not None:
        return found
    if not sentence.quoted(word):
        return _in_order_of_words(word, sentence) or _before_colon(word, sentence)
    return _beside(word, sentence) or _announced_here(word, sentence) or _elsewhere(sentence, all_sentences)


def _governing(cue: Token, sentence: Sentence) -> Attribution | None:
    quote = sentence.quote_of(cue)
    for token in cue.ancestors:
        if quote is not None and sentence.quote_of(token) == quote:
            continue
        if among(token, "soft_quoters") and (source := _source_of_noun(token)):
            return Attribution(source, sentence, token)
        if not _says(token):
            continue
        source = subject(token)
        if source is not None and source.pos_ != "VERB" and not sentence.quoted(source) and source.tag_ != "PRP$":
            return Attribution(source, sentence, token)
    return None


def _in_order_of_words(cue: Token, sentence: Sentence) -> Attribution | None:
    """Where the parse tears them apart: ``NP told ... that ... cue``, and ``... cue ..., NP said``."""
    doc = cue.doc
    for verb in _verbs(sentence.outside()):
        if verb.i < cue.i:
            source = subject(verb)
            said = any(t.lower_ == "that" for t in doc[verb.i + 1 : min(cue.i, verb.i + _LONGEST_ADDRESS)])
        else:
            source = _right_before(verb) or subject(verb)
            said = any(t.text == "," for t in doc[cue.i : verb.i])
        if said and source is not None and (source.pos_ in ("NOUN", "PROPN") or source.tag_ == "PRP"):
            return Attribution(source, sentence, verb)
    return None


def _before_colon(cue: Token, sentence: Sentence) -> Attribution | None:
    """``Thai army chief: any shelling will be answered``, as headlines have it."""
    start = sentence.opening
    colon = next((t for t in cue.doc[start : min(cue.i, start + _LONGEST_ADDRESS)] if t.text == ":"), None)
    source = (
        next((t for t in reversed(cue.doc[start : colon.i]) if t.pos_ in ("NOUN", "PROPN")), None) if colon else None
    )
    return Attribution(source, sentence) if source is not None else None


def _right_before(verb: Token) -> Token | None:
    """``Osherova`` in ``the minister, Galina Osherova, said``."""
    before = verb.doc[max(verb.sent.start, verb.i - 2) : verb.i]
    return next((t for t in reversed(before) if t.pos_ in ("PROPN", "NOUN", "PRON")), None)


def _source_of_noun(noun: Token) -> Token | None:
    """``Tehran`` in ``a warning from Tehran`` and in ``Tehran's warning``."""
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ in ("from", "by"):
            return next((grandchild for grandchild in child.children if grandchild.dep_ == "pobj"), None)
        if child.dep_ == "poss" and child.pos_ != "PRON":
            return child
    return None


def _according_to(sentence: Sentence) -> Attribution | None:
    for token in sentence.outside():
        if token.lower_ == "to" and token.i > sentence.span.start and token.nbor(-1).lower_ == "according":
            source = next((child for child in token.children if child.dep_ == "pobj"), None)
            return Attribution(source, sentence) if source is not None else None
    return None


def _beside(cue: Token, sentence: Sentence) -> Attribution | None:
    """The verb of saying outside the quotation that stands nearest to its marks."""
    quote = sentence.quote_of(cue)
    assert quote is not None
    verbs = [(min(abs(v.idx - quote.end), abs(v.idx - quote.start)), v) for v in _verbs(sentence.outside())]
    for _, verb in sorted(verbs, key=lambda pair: pair[0]):
        source = subject(verb)
        if source is not None and not sentence.quoted(source) and source.tag_ != "PRP$":
            return Attribution(source, sentence, verb)
    return None


def _verbs(tokens: Iterable[Token]) -> list[Token]:
    return [token for token in tokens if _says(token)]


def _says(token: Token) -> bool:
    """Whether ``token`` is a verb of saying, and not "is considered", "was told"."""
    if token.pos_ not in ("VERB", "AUX") or not among(token, *_SAYING):
        return False
    return not any(child.dep_ == "auxpass" for child in token.children)


def _announced_here(cue: Token, sentence: Sentence) -> Attribution | None:
    """A name between a dash and the end, or before a colon, in the sentence of the quotation itself."""
    quote = sentence.quote_of(cue)
    assert quote is not None
    outside = sentence.outside()
    after = [token for token in outside if token.idx >= quote.end]
    dash = next((k for k, token in enumerate(after) if token.text in _DASHES), None)
    if dash is not None and dash <= 2 and (name := _last_name(after[dash + 1 :])):
        return Attribution(name, sentence)
    before = [token for token in outside if token.idx < quote.start]
    colon = next((k for k in range(len(before) - 1, -1, -1) if before[k].text == ":"), None)
    if colon is not None and (name := _last_name(before[:colon])):
        return Attribution(name, sentence)
    return None


def _last_name(tokens: list[Token]) -> Token | None:
    names = [token for token in tokens if token.pos_ == "PROPN" and token.ent_type_ not in ("DATE", "TIME")]
    return names[-1] if names else None


def _elsewhere(sentence: Sentence, all_sentences: list[Sentence]) -> Attribution | None:
    """For a quotation that stands alone: a dash and a name after it, a line with a colon before it, or "he added"."""
    same = [other for other in all_sentences if other.field == sentence.field]
    place = next(k for k, other in enumerate(same) if other.index == sentence.index)
    following = same[place + 1] if place + 1 < len(same) else None
    if following is not None and following.paragraph == sentence.paragraph:
        found = _after(following)
        if found is not None:
            return found
    return _before(sentence, same[:place])


def _after(following: Sentence) -> Attribution | None:
    words = list(following.body)
    if words[0].text in _DASHES and (name := _last_name(words[1:])):
        return Attribution(name, following, carried=True)
    verbs = _verbs(words[:6])
    if verbs and not following.quotes and (words[0].is_lower or words[0].i == following.body.root.i):
        source = subject(verbs[0])
        return Attribution(source, following, verbs[0], carried=True) if source is not None else None
    return None


def _before(sentence: Sentence, earlier: list[Sentence]) -> Attribution | None:
    if not earlier:
        return None
    last = earlier[-1]
    near = last.paragraph == sentence.paragraph
    announced = last.body[-1].text == ":"
    if announced and not _verbs(last.outside()) and (name := _last_name(list(last.body))):
        return Attribution(name, last, carried=True)
    if near or announced or _runs_on(last):
        for verb in reversed(_verbs(last.outside())):
            source = subject(verb)
            if source is not None and not last.quoted(source):
                return Attribution(source, last, verb, carried=True)
        if near and last.quotes and len(last.outside()) <= 4:
            return _before(last, earlier[:-1])
    return None


def _runs_on(last: Sentence) -> bool:
    """Whether a quotation at the end of a paragraph may go on in the next one: it has no closing mark."""
    return any(quote.end >= last.body.end_char for quote in last.quotes)
