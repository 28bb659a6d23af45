"""Why a candidate may be no statement after all: each veto is one question."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from spacy.tokens import Span, Token

from pipelines.reading.statements.announcements import CONDITIONS, FUTURE, STRONG
from pipelines.reading.statements.bodies import Actor
from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.passages import Sentence
from pipelines.reading.statements.sides import Sides
from pipelines.reading.statements.slots import Filled
from pipelines.reading.statements.source import Attribution
from pipelines.reading.statements.ties import Ties
from pipelines.reading.statements.words import LEXICON, PASSIVE_SUBJECTS, among, subject

_OWN_WORDS = frozenset({"we", "i", "he", "she", "they", "it", "one"})
_YOU = frozenset({"you", "your", "yours"})
_YEAR = re.compile(r"\b(?:in|of|from)\s+(?:\w+\s+){0,2}((?:19|20)\d\d)\b", re.IGNORECASE)
_TENTATIVE = frozenset({"may", "might", "could", "would", "should", "can"})
_SPORT_WORDS = 3
_REFUSES = re.compile(r"\b(?:no|never|none|nobody|nothing|cannot)\b|n['’]t\b", re.IGNORECASE)
_SIGNS_OF_HARM = (
    "threats", "consequences", "target_status", "red_lines", "harm_idioms", "deadlines", "demands", "judgements"
)  # fmt: skip

NOBODY_ABROAD = "nobody abroad"
"""The one veto that another statement of the same speaker lifts: "we will hit it" after "any dam that India builds"."""


@dataclass(frozen=True)
class Candidate:
    """A cue whose speaker is known. ``around`` are the sentences near it; ``year`` is that of the article."""

    cue: Cue
    sentence: Sentence
    attribution: Attribution
    actor: Actor
    filled: Filled
    sides: Sides
    ties: Ties
    around: tuple[Sentence, ...]
    year: int

    @property
    def quoted(self) -> bool:
        """Whether the speaker's own words carry the cue."""
        return self.sentence.quoted(self.cue.head)


def veto(candidate: Candidate) -> str | None:
    """The name of the first veto that holds; None where none does."""
    return next((name for name, holds in VETOES.items() if holds(candidate)), None)


def vetoes(candidate: Candidate) -> tuple[str, ...]:
    """The names of all vetoes that hold."""
    return tuple(name for name, holds in VETOES.items() if holds(candidate))


def acts_itself(candidate: Candidate) -> bool:
    """Whether it is the side spoken for that is to act: "Norway will shut its ports, the minister said"."""
    doer = subject(candidate.cue.head)
    if doer is None:
        return False
    phrase = doer.doc[doer.left_edge.i : doer.i + 1]
    return any(mention.side == candidate.actor.side for mention in candidate.sides.within(phrase))


def sport(sentences: list[Sentence]) -> bool:
    """Whether the article is about sport or shows: no threat in it is one between states."""
    words = {match[0].lower() for s in sentences for match in LEXICON.phrases["sports"].finditer(s.span.text)}
    return len(words) >= _SPORT_WORDS


def _neutral(candidate: Candidate) -> bool:
    return candidate.actor.side.lower() in LEXICON.lemmas["neutral_sides"]


def _hypothetical(candidate: Candidate) -> bool:
    """ "Russia may warn", "if Russia threatens"."""
    verb = candidate.attribution.verb
    if verb is None:
        return False
    words = [child.lower_ for child in verb.children if child.dep_ in ("aux", "mark")]
    return any(word in _TENTATIVE or word in ("if", "whether", "unless") for word in words)


def _denied(candidate: Candidate) -> bool:
    verb = candidate.attribution.verb
    if verb is not None and any(child.dep_ == "neg" for child in verb.children):
        return True
    return LEXICON.phrases["denials"].search(candidate.sentence.span.text) is not None


def _recalled(candidate: Candidate) -> bool:
    """ "Had warned", "once vowed", "warned last year", "said in 2014"."""
    verb = candidate.attribution.verb
    if verb is not None and any(child.lower_ in ("had", "'d", "’d") for child in verb.children if child.dep_ == "aux"):
        return True
    source = candidate.attribution.sentence
    own = " ".join(token.text for token in source.outside())
    dated = own if candidate.quoted else " ".join([own, *(s.span.text for s in _told_before(candidate))])
    years = [int(year) for year in _YEAR.findall(dated)]
    return LEXICON.phrases["recalls"].search(own) is not None or any(year < candidate.year - 1 for year in years)


def _told_before(candidate: Candidate) -> list[Sentence]:
    """The sentences right before, in the same paragraph: a date given there still holds."""
    here = candidate.sentence
    return [s for s in candidate.around if s.paragraph == here.paragraph and s.index < here.index]


def _fiction(candidate: Candidate) -> bool:
    return any(LEXICON.phrases["fictions"].search(s.span.text) for s in (candidate.sentence, *candidate.around))


def _guess(candidate: Candidate) -> bool:
    """What others fear or expect, in the reporter's words."""
    if candidate.sentence.quoted(candidate.cue.span.root):
        return False
    return LEXICON.phrases["relays"].search(candidate.filled.said.text) is not None


def _question(candidate: Candidate) -> bool:
    return candidate.filled.said.text.rstrip('"”’»“ ').endswith("?")


def _not_announced(candidate: Candidate) -> bool:
    """A phrase of harm that looks back or on: "has paid the price"."""
    verb = candidate.attribution.verb
    if candidate.cue.kind not in ("status", "consequence", "idiom") or (verb is not None and among(verb, "warn_verbs")):
        return False
    return not any(token.lower_ in _AHEAD for token in candidate.filled.said)


_AHEAD = frozenset(
    {
        "will",
        "would",
        "shall",
        "must",
        "'ll",
        "’ll",
        "wo",
        "going",
        "reserve",
        "reserves",
        "reserved",
        "if",
        "should",
        "unless",
        "can",
        "may",
    }
)


def _done_by_others(candidate: Candidate) -> bool:
    """The harm is announced for someone else ("they will strike us") or falls on oneself ("we will pay a price")."""
    cue = candidate.cue
    doer = subject(cue.head) if cue.kind != "status" else None
    if cue.kind in ("harm", "response", "coercion"):
        agent = _agent(cue.head)
        if agent is not None:
            return not _is_own(agent, candidate)
        return doer is not None and not _is_own(doer, candidate)
    return cue.kind == "consequence" and doer is not None and doer.lower_ == "we" and cue.head.lemma_ in _SUFFERING


_SUFFERING = frozenset({"pay", "face", "bear", "suffer", "regret"})


def _agent(verb: Token) -> Token | None:
    """``our navy`` in ``will be sunk by our navy``."""
    if not any(child.dep_ in PASSIVE_SUBJECTS for child in verb.children):
        return None
    by = next((child for child in verb.children if child.dep_ == "agent"), None)
    return next((child for child in by.children if child.dep_ == "pobj"), None) if by is not None else None


def _is_own(token: Token, candidate: Candidate) -> bool:
    if token.pos_ == "PRON":
        first = token.lower_ in ("we", "i")
        return first if candidate.sentence.quoted(token) and token.lower_ != "they" else token.lower_ in _OWN_WORDS
    phrase = token.doc[token.left_edge.i : token.i + 1]
    known = candidate.sides.within(phrase)
    if known:
        return any(mention.side == candidate.actor.side for mention in known)
    own = any(word.lower_ in ("our", "my", "his", "her", "their", "its") for word in phrase)
    return own or among(token, "official_bodies") or token.lower_ in ("response", "answer", "missile", "missiles")


def _offered(candidate: Candidate) -> bool:
    """Help, a duty or a bargain is announced, and no harm: "will honour any treaty", "would release them if"."""
    if candidate.cue.kind != "announcement" or not among(candidate.cue.head, "benign_verbs"):
        return False
    said = candidate.filled.said.text
    return not any(LEXICON.phrases[name].search(said) for name in ("threats", "judgements"))


def _nothing_ahead(candidate: Candidate) -> bool:
    """Nothing is said of what will be, on no condition, and nothing is judged."""
    text = candidate.sentence.span.text
    if candidate.cue.kind != "announcement" or LEXICON.phrases["judgements"].search(text):
        return False
    return not FUTURE.search(candidate.filled.said.text) and not any(CONDITIONS[name].search(text) for name in STRONG)


def _no_harm(candidate: Candidate) -> bool:
    """A plan that is told without a word of harm, refusal or demand, and on no condition."""
    if candidate.cue.kind != "announcement":
        return False
    said, verb, text = candidate.filled.said, candidate.attribution.verb, candidate.sentence.span.text
    if verb is not None and among(verb, "warn_verbs", "threaten_verbs"):
        return False
    if any(among(token, "harm_verbs", "coercive_verbs", "response_verbs") or token.dep_ == "neg" for token in said):
        return False
    if _REFUSES.search(said.text) or any(CONDITIONS[name].search(text) for name in STRONG):
        return False
    return not any(LEXICON.phrases[name].search(text) for name in _SIGNS_OF_HARM)


def _domestic(candidate: Candidate) -> bool:
    """Aimed at one's own: citizens, parties, companies."""
    target, actor = candidate.filled.target, candidate.actor
    if target is None:
        return False
    sides = {mention.side for mention in candidate.sides.within(target)}
    if sides and sides <= {actor.side}:
        elsewhere = any(mention.side != actor.side for mention in candidate.sides.within(candidate.filled.said))
        return not elsewhere and not among(target.root, "foreign_targets")
    return not sides and among(target.root, "domestic_targets")


def _touches_nobody(candidate: Candidate) -> bool:
    return not _touches_others(candidate)


def _touches_others(candidate: Candidate) -> bool:
    said = candidate.filled.said
    doc, sentence = said.doc, candidate.sentence
    own_words = said if candidate.quoted else doc[sentence.opening : sentence.span.end]
    if any(mention.side != candidate.actor.side for mention in candidate.sides.within(own_words)):
        return True
    if any(token.lower_ in _YOU or _our_land(token) for token in said):
        return True
    places: list[Span] = [span for span in (candidate.filled.target, candidate.filled.condition) if span is not None]
    if any(among(token, "foreign_targets") for span in places for token in span):
        return True
    they = any(token.lower_ in ("they", "them", "their") and sentence.quoted(token) for token in said)
    if they and candidate.cue.kind != "unacceptable":
        return any(mention.side != candidate.actor.side for mention in candidate.sides.mentions)
    target = candidate.filled.target
    points_back = target is None or target.root.pos_ == "PRON" or _definite(target)
    return (
        candidate.cue.kind == "unacceptable"
        and points_back
        and any(
            mention.side != candidate.actor.side
            for sentence in (candidate.sentence, *candidate.around)
            for mention in candidate.sides.within(sentence.span)
        )
    )


def _our_land(token: Token) -> bool:
    """``our country``, ``our border``: where another's act would be felt."""
    return among(token, "foreign_targets") and any(child.lower_ in ("our", "my") for child in token.children)


def _definite(target: Span) -> bool:
    """ "The wing", "such ideas", "this plan": something that was named before."""
    words = target.doc[target.root.left_edge.i : target.end]
    return any(token.lower_ in ("the", "such", "this", "that", "these", "those") for token in words)


VETOES: dict[str, Callable[[Candidate], bool]] = {
    "neutral": _neutral,
    "hypothetical": _hypothetical,
    "denied": _denied,
    "recalled": _recalled,
    "fiction": _fiction,
    "guess": _guess,
    "not announced": _not_announced,
    "question": _question,
    "done by others": _done_by_others,
    "nothing ahead": _nothing_ahead,
    "no harm": _no_harm,
    "offered": _offered,
    "domestic": _domestic,
    NOBODY_ABROAD: _touches_nobody,
}
OUTWEIGHED = frozenset({None, "domestic", NOBODY_ABROAD})
"""What does not stop the classifier: whom a sentence is meant for, the sentences around it often tell."""
