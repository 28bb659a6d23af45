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
_AHEAD = ("will", "would", "shall", "'ll", "’ll", "wo", "'d", "’d", "must", "can", "ca", "may", "should")
_SET = ("if", "unless", "until", "once", "when", "while", "before", "should", "whenever", "after", "as")
_SAYING = ("say_verbs", "warn_verbs", "judge_verbs", "threaten_verbs")


def announcing_verb(sentence: Sentence) -> Token | None:
    """The verb that is most likely announced in ``sentence``; None where nothing in it is like a statement."""
    if not _promising(sentence):
        return None
    verbs = [token for token in sentence.body if token.pos_ in ("VERB", "AUX") and token.dep_ not in ("aux", "auxpass")]
    return max(verbs, key=lambda verb: (_weight(verb, sentence), -verb.i), default=None)


def _promising(sentence: Sentence) -> bool:
    """Whether an act is judged, or a condition meets what will be, harm or a quotation, or what will be is harm."""
    text = sentence.span.text
    if LEXICON.phrases["judgements"].search(text):
        return True
    ahead, harm = FUTURE.search(text), LEXICON.phrases["threats"].search(text)
    if ahead and harm:
        return True
    return bool(ahead or harm or sentence.quotes) and any(pattern.search(text) for pattern in CONDITIONS.values())


def _weight(verb: Token, sentence: Sentence) -> int:
    quoted = sentence.quoted(verb)
    ahead = any(child.lower_ in _AHEAD for child in verb.children if child.dep_ == "aux")
    within_condition = any(child.lower_ in _SET for child in verb.children if child.dep_ in ("mark", "advmod"))
    has_subject = any(child.dep_ in SUBJECTS or child.dep_ == "nsubjpass" for child in verb.children)
    says = among(verb, *_SAYING) and not quoted
    aside = verb.dep_ in ("relcl", "acl", "csubj")
    return 3 * ahead + 2 * quoted + has_subject - 3 * within_condition - 3 * says - 2 * aside
