"""Verbs and nouns of saying: ``warned``, ``made known``, ``was quoted as saying``; ``a warning from``."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Token

from pipelines.reading.statements.words import LEXICON, PASSIVE_SUBJECTS, SUBJECTS, among, subject

_SAYING = ("say_verbs", "warn_verbs", "judge_verbs", "threaten_verbs")
_KNOWN = frozenset({"clear", "known", "know", "plain", "understood", "doubt"})
_WORD = frozenset({"message", "note", "notice", "signal", "threat", "ultimatum", "warning", "word"})
_TIME = frozenset({"day", "days", "deadline", "hours", "month", "months", "until", "till", "week", "weeks"})
_WITH_WORDS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("make", "let", "leave"), _KNOWN),
    **dict.fromkeys(("deliver", "issue", "pass", "put", "send", "serve"), _WORD),
    "give": _WORD | _TIME,
    "draw": frozenset({"line"}),
}
"""Verbs that say something only with certain words after them: made known, served notice, gave them a week."""
_TO_CITE = frozenset({"quote", "cite", "hear"})
_WITHIN = 10
_NAME = frozenset({"PROPN", "NOUN", "ADJ", "DET"})


def says(token: Token) -> bool:
    """Whether ``token`` is a verb of saying, and not "is considered", "was told"."""
    if token.pos_ not in ("VERB", "AUX"):
        return False
    lemma = token.lemma_.lower()
    passive = any(child.dep_ == "auxpass" for child in token.children)
    if lemma in _WITH_WORDS:
        after = token.doc[token.i + 1 : min(token.sent.end, token.i + _WITHIN)]
        return not passive and any(other.lower_ in _WITH_WORDS[lemma] for other in after)
    if lemma in _TO_CITE:
        return passive
    return among(token, *_SAYING) and not passive


def verbs_of_saying(tokens: Iterable[Token]) -> list[Token]:
    """Those of ``tokens`` that are verbs of saying."""
    return [token for token in tokens if says(token)]


def sayer(verb: Token) -> Token | None:
    """Who says what ``verb`` says; None where it is nobody in the sentence."""
    if verb.lemma_.lower() in _TO_CITE:
        return next((child for child in verb.children if child.dep_ in PASSIVE_SUBJECTS), None)
    source = _inverted(verb) or _put_in(verb) or subject(verb)
    if source is None and verb.dep_ == "pcomp" and verb.head.head.pos_ == "VERB":
        return sayer(verb.head.head)
    if source is not None and source.dep_ in SUBJECTS and source.pos_ == "VERB":
        return None
    return source


def _inverted(verb: Token) -> Token | None:
    """``Hasanli`` in ``France, said General Hasanli, should know``."""
    doc, i = verb.doc, verb.i
    opens = i > 0 and (doc[i - 1].is_quote or doc[i - 1].text == "," or doc[i - 1].lower_ in ("so", "thus"))
    if not opens or verb.lemma_.lower() == "tell" or doc[i + 1 : i + 2].text in ("of", "for"):
        return None
    end = i + 1
    while end < len(doc) and (doc[end].pos_ in _NAME or doc[end].lower_ in ("of", "for", "'s", "’s", "-")):
        end += 1
    closed = end == len(doc) or doc[end].is_punct or doc[end].lower_ in ("on", "in", "at", "after", "who", "as")
    names = [t for t in doc[i + 1 : end] if t.pos_ in ("PROPN", "NOUN") and t.ent_type_ not in ("DATE", "TIME")]
    if not closed or not names:
        return None
    persons = [t for t in names if t.ent_type_ == "PERSON"]
    titles = [t for t in names if is_title(t)]
    if not persons and not titles and end < len(doc) and doc[end].text == ",":
        return names[-1] if names[-1].pos_ == "PROPN" else None
    return next(iter(persons[-1:] or titles), None)


def _put_in(verb: Token) -> Token | None:
    """``Elharar`` in ``The radars, Minister Elharar told a radio station, would be ...``"""
    doc, i = verb.doc, verb.i
    own = subject(verb)
    if own is None or i == 0 or doc[i - 1].ent_type_ != "PERSON" or own.i == i - 1:
        return None
    start = i - 1
    while start > own.i and doc[start].text != ",":
        start -= 1
    apart = start > own.i and not any(t.dep_ == "appos" for t in doc[own.i : i])
    return doc[i - 1] if apart and own.ent_type_ != "PERSON" and not is_title(own) else None


def is_title(token: Token) -> bool:
    """Whether ``token`` is a word for one who speaks for a side: minister, envoy, Lt."""
    return among(token, "official_titles", "ranks") or token.lower_.rstrip(".") in LEXICON.lemmas["ranks"]


def source_of_noun(noun: Token) -> Token | None:
    """``Tehran`` in ``a warning from Tehran`` and in ``Tehran's warning``."""
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ in ("from", "by"):
            return next((grandchild for grandchild in child.children if grandchild.dep_ == "pobj"), None)
        if child.dep_ == "poss" and child.pos_ != "PRON":
            return child
    return None
