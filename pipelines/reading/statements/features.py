"""What the classifier knows of a candidate: named numbers between 0 and 1, most of them yes or no, and ``wording``,
the log odds that a sentence of these words is a statement.

The name says where a feature looks: ``cue``, ``condition``, ``said`` (the words that the source is made to say),
``own`` (the sentence's words outside quotations), ``actor``, ``slot``, ``veto``, ``about`` (the whole article),
``near`` (the sentences beside it), ``place``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Span, Token

from pipelines.reading.statements.announcements import CONDITIONS, FUTURE, STRONG
from pipelines.reading.statements.content import is_clause
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.vetoes import Candidate, acts_itself, vetoes
from pipelines.reading.statements.words import LEXICON, PASSIVE_SUBJECTS, among, future, negated, noun_chunks, subject

Features = dict[str, float]

_MODALS = {
    "will": re.compile(r"\b(?:will|shall|wo)\b|['’]ll\b", re.IGNORECASE),
    "would": re.compile(r"\bwould\b|['’]d\b", re.IGNORECASE),
    "must": re.compile(r"\b(?:must|have to|has to|should)\b", re.IGNORECASE),
    "may": re.compile(r"\b(?:may|might|could|can)\b", re.IGNORECASE),
    "not": re.compile(r"\b(?:not|never|no|none|nothing|nobody|nor)\b|n['’]t\b", re.IGNORECASE),
    "we": re.compile(r"\b(?:we|our|us|ours|i|my)\b", re.IGNORECASE),
    "you": re.compile(r"\byours?\b|\byou\b", re.IGNORECASE),
    "they": re.compile(r"\b(?:they|them|their|those|who)\b", re.IGNORECASE),
    "question": re.compile(r"\?"),
    "number": re.compile(r"\d"),
    "past": re.compile(r"\b(?:was|were|had|did|has been|have been)\b", re.IGNORECASE),
    "hope": re.compile(
        r"\b(?:hope\w*|wish\w*|want\w*|like to|ready to talk|prefer\w*|believe\w*|think\w*)\b", re.IGNORECASE
    ),
    "time": re.compile(
        r"\b(?:by|until|till|from|within|on|before|after)\s+(?:\w+\s+){0,3}(?:midnight|noon|dawn|\w+day|hours?|days?|weeks?|month|"
        r"january|february|march|april|may|june|july|august|september|october|november|december|\d{1,2})\b",
        re.IGNORECASE,
    ),
}
_NOW = re.compile(
    r"\b(?:today|tonight|yesterday|this (?:morning|week|evening)|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_OFFICIAL_TITLE = re.compile(
    r"\b(?:president|minister|general|admiral|colonel|commander|chief|spokes\w+|envoy|ambassador|leader|king|premier|"
    r"secretary|adviser|deputy|official|ministry|command\w*|commissioner|governor|marshal|brigadier)\b",
    re.IGNORECASE,
)
_WORD_CLASSES = {
    "harm verb": "harm_verbs",
    "coercive verb": "coercive_verbs",
    "response verb": "response_verbs",
    "foreign target": "foreign_targets",
    "domestic target": "domestic_targets",
    "harmless object": "harmless_objects",
    "warn verb": "warn_verbs",
    "trespass verb": "trespass_verbs",
    "benign verb": "benign_verbs",
}
_SAY = {
    "warn": "warn_verbs",
    "threaten": "threaten_verbs",
    "judge": "judge_verbs",
    "say": "say_verbs",
    "noun": "soft_quoters",
}
_IN_SENTENCE = (
    "deadlines",
    "denials",
    "fictions",
    "recalls",
    "relays",
    "judgements",
    "threats",
    "consequences",
    "invented",
    "no_threat",
)
_NEAR = tuple(name for name in _IN_SENTENCE if name != "threats")
"""In news of a war there is always one near."""
_FIELDS = {
    "business": ("about_company", "about_market", "about_labour"),
    "nature": ("about_weather", "about_health", "about_travel"),
    "law": ("about_crime", "about_domestic"),
    "talks": ("about_talks", "about_completed", "about_complaint"),
}
_ABOUT = tuple(name for name in LEXICON.phrases if name.startswith("about_"))
_MANY = 8
_LONG = 40
_ANY = frozenset(
    {"any", "every", "each", "another", "one", "next", "whoever", "who", "those", "further", "single", "a"}
)


class Surroundings:
    """What all candidates of an article share: how much it is about each of the other fields of life, and its length:
    the more sentences it has, the more of them look like a statement by chance."""

    def __init__(self, sentences: list[Sentence]) -> None:
        """Count the words of each field in ``sentences``, which are all of the article."""
        text = "\n".join(sentence.span.text for sentence in sentences)
        length = max(1, text.count(" ")) / 100
        self.about = {
            f"about {name.removeprefix('about_')}": min(1.0, len(LEXICON.phrases[name].findall(text)) / length / _MANY)
            for name in _ABOUT
        }
        self.length = min(1.0, len(sentences) / _LONG)


def features(candidate: Candidate, surroundings: Surroundings, wording: float) -> Features:
    """The features of ``candidate`` that are not 0; ``wording`` are the log odds of its sentence."""
    every = {"wording": wording, **dict(_all(candidate, surroundings))}
    return {name: float(value) for name, value in every.items() if value}


def _all(candidate: Candidate, surroundings: Surroundings) -> Iterator[tuple[str, float]]:
    yield f"cue {candidate.cue.kind}", 1
    yield from _of_sentence(candidate)
    yield from _of_said(candidate)
    yield from _of_source(candidate)
    yield from _of_slots(candidate)
    yield from ((f"veto {name}", 1) for name in vetoes(candidate))
    yield from surroundings.about.items()
    yield "article length", surroundings.length


def _of_sentence(candidate: Candidate) -> Iterator[tuple[str, float]]:
    sentence = candidate.sentence
    text = sentence.span.text
    looks_ahead = FUTURE.search(text) is not None
    conditions = [name for name, pattern in CONDITIONS.items() if pattern.search(text)]
    yield from ((f"condition {name}", 1) for name in conditions)
    yield "condition and future", bool(conditions) and looks_ahead
    yield "condition strong", any(name in STRONG for name in conditions)
    yield from ((f"own {name}", LEXICON.phrases[name].search(text) is not None) for name in _IN_SENTENCE)
    for field, names in _FIELDS.items():
        yield f"own {field}", any(LEXICON.phrases[name].search(text) for name in names)
    near = " ".join(other.span.text for other in candidate.around)
    yield from ((f"near {name}", LEXICON.phrases[name].search(near) is not None) for name in _NEAR)
    yield "place title", sentence.field == "title"
    yield "place lead", sentence.field == "text" and sentence.paragraph == 0
    yield "place late", sentence.field == "text" and sentence.paragraph > 3
    yield "own treaty", LEXICON.phrases["treaties"].search(text) is not None
    yield "own demand", LEXICON.phrases["demands"].search(text) is not None
    yield "own line", LEXICON.phrases["red_lines"].search(text) is not None
    yield "own status", LEXICON.phrases["target_status"].search(text) is not None
    yield "own idiom", LEXICON.phrases["harm_idioms"].search(text) is not None


def _of_said(candidate: Candidate) -> Iterator[tuple[str, float]]:
    said = candidate.filled.said
    text = said.text
    yield from ((f"said {name}", pattern.search(text) is not None) for name, pattern in _MODALS.items())
    for name, lemmas in _WORD_CLASSES.items():
        yield f"said {name}", any(among(token, lemmas) for token in said)
    yield "said threats", min(1.0, len({word.lower() for word in LEXICON.phrases["threats"].findall(text)}) / 3)
    yield "said threat", LEXICON.phrases["threats"].search(text) is not None
    looks_ahead = FUTURE.search(text) is not None
    conditioned = any(CONDITIONS[name].search(candidate.sentence.span.text) for name in STRONG)
    yield "said plain", not looks_ahead and not conditioned
    yield "said of the past", not looks_ahead and not conditioned and any(token.tag_ == "VBD" for token in said)
    yield "said short", len(said) < 6
    yield "said long", len(said) > 35
    sides = {mention.side for mention in candidate.sides.within(said)}
    yield "said other side", bool(sides - {candidate.actor.side})
    yield "said own side", candidate.actor.side in sides
    others = {mention.side for mention in candidate.sides.mentions} - {candidate.actor.side}
    yield "article no other side", not others
    yield "article other sides", min(1.0, len(others) / 4)
    head = candidate.cue.head
    yield "head future", future(head)
    yield "head negated", negated(head)
    yield "head quoted", candidate.quoted
    yield "head harm", among(head, "harm_verbs", "coercive_verbs", "response_verbs")
    yield "head benign", among(head, "benign_verbs")
    yield "head passive", any(child.dep_ in PASSIVE_SUBJECTS | {"auxpass"} for child in head.children)
    doer = subject(head)
    if doer is not None:
        phrase = head.doc[doer.left_edge.i : doer.i + 1]
        yield "doer we", doer.lower_ in ("we", "i")
        yield "doer any", any(token.lower_ in _ANY for token in phrase)
        yield "doer of another side", _names_another(phrase, candidate)
        yield "doer of own side", acts_itself(candidate)
    yield "quoted clause", is_clause(candidate.cue, candidate.sentence)


def _of_source(candidate: Candidate) -> Iterator[tuple[str, float]]:
    actor, attribution = candidate.actor, candidate.attribution
    verb = attribution.verb
    yield "actor person", actor.person
    yield "actor sure", actor.certain
    yield "actor role", actor.role is not None
    words = " ".join((actor.role or "", actor.name, _around(attribution.source).text))
    yield "actor official", _OFFICIAL_TITLE.search(words) is not None
    yield "actor carried", attribution.carried
    yield "verb none", verb is None
    if verb is not None:
        yield from ((f"verb {name}", among(verb, lemmas)) for name, lemmas in _SAY.items())
        yield "verb past perfect", any(child.lower_ in ("had", "having") for child in verb.children)
        yield "verb negated", negated(verb)
        yield "verb present", verb.tag_ in ("VBZ", "VBP")
        yield "verb addressed", any(child.dep_ in ("dobj", "dative") for child in verb.children)
    own = " ".join(token.text for token in attribution.sentence.outside())
    yield "own now", _NOW.search(own) is not None


def _of_slots(candidate: Candidate) -> Iterator[tuple[str, float]]:
    filled = candidate.filled
    yield "slot condition", filled.condition is not None
    yield "slot consequence", filled.consequence is not None
    yield "slot target", filled.target is not None
    if filled.target is not None:
        sides = {mention.side for mention in candidate.sides.within(filled.target)}
        yield "target of another side", bool(sides - {candidate.actor.side})
        yield "target of own side", candidate.actor.side in sides
        yield "target foreign", any(among(token, "foreign_targets") for token in filled.target)
        yield "target domestic", any(among(token, "domestic_targets") for token in filled.target)
    if filled.condition is not None:
        yield "condition by another side", _names_another(filled.condition, candidate)
    first = next(noun_chunks(filled.said), None)
    if first is not None:
        yield "first of another side", _names_another(first, candidate)


def _names_another(span: Span, candidate: Candidate) -> bool:
    return any(mention.side != candidate.actor.side for mention in candidate.sides.within(span))


def _around(source: Token) -> Span:
    return source.doc[source.left_edge.i : source.right_edge.i + 1]
