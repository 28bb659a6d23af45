"""The widest cue: a sentence that sets a condition for what will be, or looks ahead to harm, in whatever words."""

from __future__ import annotations

import re

from spacy.tokens import Token

from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.words import LEXICON, SUBJECTS, among

# One pattern for each way to set a condition; the classifier learns what each is worth.
CONDITIONS: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for name, words in {
        "if": r"if|in case|in the case of|in the event",
        "unless": r"unless|failing which",
        "until": r"until|till|by (?:midnight|noon|dawn|mon|tues|wednes|thurs|fri|satur|sun)\w*",
        "inverted": r"should (?:the|an?|any|one|another|it|they|\w+s) \w+|were \w+ \w+ to|let one|let them"
        r"|had \w+ \w+ed",
        "moment": r"the (?:very )?(?:moment|minute|instant|second|same night|same day)|the (?:day|hour|night) \w+ \w+"
        r"|each time|every time|next time",
        "whoever": r"whoever|whosoever|he who|those who|anyone who|any \w+(?: \w+)? (?:that|who|which)",
        "any": r"any|every",
        "more": r"one more|another|a (?:single|second|third|fourth|further)|any further|the next|once more",
        "otherwise": r"otherwise|or else|either|in the opposite case|after that|after which",
        "indefinite": r"(?:an?|one|every|no) (?:[\w'’-]+ ){1,8}?(?:will|would|shall)",
        "deadline": r"(?:hours|days|weeks?|months?|fortnight) (?:left )?(?:to|in which to)|deadline|ultimatum"
        r"|the last day",
        "as long": r"as long as|so long as",
    }.items()
}
STRONG = ("if", "unless", "inverted", "moment", "whoever", "more", "indefinite", "deadline")
"""The conditions that are hardly ever anything else."""

FUTURE = re.compile(r"\b(?:will|would|shall|wo|must|going to|cannot|can)\b|n['’]t\b|['’]ll\b", re.IGNORECASE)
_PROMISING = re.compile(
    r"\b(?:will|would|shall|wo|must|may|might|could|should|going to|cannot|can|not|"
    r"(?:warn|threat|vow|pledg|ultimat|order|instruct|demand|insist|caution|declar|promis|notif)\w*)\b"
    r"|n['’]t\b|['’](?:ll|d)\b",
    re.IGNORECASE,
)
_SIGNS = ("threats", "judgements", "consequences")
_MOST_VERBS, _LEAST_QUOTED = 3, 3
_AHEAD = ("will", "would", "shall", "'ll", "’ll", "wo", "'d", "’d", "must", "can", "ca", "may", "should")
_SET = ("if", "unless", "until", "once", "when", "while", "before", "should", "whenever", "after", "as")
_SAYING = ("say_verbs", "warn_verbs", "judge_verbs", "threaten_verbs")


def announcing_words(sentence: Sentence) -> list[Token]:
    """The words of ``sentence`` that may carry an announcement, the likeliest first; none where nothing is like one."""
    if not _promising(sentence):
        return []
    verbs = [token for token in sentence.body if token.pos_ in ("VERB", "AUX") and token.dep_ not in ("aux", "auxpass")]
    verbs.sort(key=lambda verb: (-_weight(verb, sentence), verb.i))
    quoted = (
        next((t for t in sentence.body if t.is_alpha and quote.start <= t.idx), None) for quote in sentence.quotes
    )
    return list(dict.fromkeys([*verbs[:_MOST_VERBS], *(token for token in quoted if token is not None)]))


def _promising(sentence: Sentence) -> bool:
    """Whether ``sentence`` looks ahead, sets a condition, quotes, warns, judges or speaks of harm: half of them do."""
    text = sentence.span.text
    return (
        bool(sentence.quotes)
        or _PROMISING.search(text) is not None
        or any(LEXICON.phrases[name].search(text) for name in _SIGNS)
        or any(pattern.search(text) for pattern in CONDITIONS.values())
    )


def _weight(verb: Token, sentence: Sentence) -> int:
    quoted = sentence.quoted(verb)
    ahead = any(child.lower_ in _AHEAD for child in verb.children if child.dep_ == "aux")
    within_condition = any(child.lower_ in _SET for child in verb.children if child.dep_ in ("mark", "advmod"))
    has_subject = any(child.dep_ in SUBJECTS or child.dep_ == "nsubjpass" for child in verb.children)
    says = among(verb, *_SAYING) and not quoted
    aside = verb.dep_ in ("relcl", "acl", "csubj")
    return 3 * ahead + 2 * quoted + has_subject - 3 * within_condition - 3 * says - 2 * aside
