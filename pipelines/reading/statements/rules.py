"""How sure the rules are of a candidate: a known cue that no veto stops, and what a real statement has besides.

The classifier learns from what labelled articles have; the rules know the plain words that hardly need learning.
"""

from __future__ import annotations

from pipelines.reading.statements.content import is_clause
from pipelines.reading.statements.cues import CueClass
from pipelines.reading.statements.vetoes import NOBODY_ABROAD, Candidate, acts_itself, veto
from pipelines.reading.statements.words import among

# A score starts from how sure the class of the cue is by itself ...
_BASE: dict[CueClass, float] = {
    "status": 0.75,
    "harm": 0.65,
    "red_line": 0.65,
    "idiom": 0.65,
    "deadline": 0.65,
    "unacceptable": 0.65,
    "consequence": 0.6,
    "response": 0.55,
    "coercion": 0.45,
}
# ... rises with what a real statement has, and falls where its speaker had to be guessed.
_QUOTED, _CONDITION, _WARN_VERB, _OTHER_SIDE, _GUESSED_SIDE, _CARRIED = 0.1, 0.1, 0.05, 0.05, -0.3, -0.05


def stopped(candidate: Candidate, spoke_abroad: bool) -> str | None:
    """The veto that stops ``candidate``; ``spoke_abroad``: another sentence of the speaker's is one to somebody abroad,
    and so is this one, if it is quoted.
    """
    reason = veto(candidate)
    return None if reason == NOBODY_ABROAD and spoke_abroad and candidate.quoted else reason


def sureness(candidate: Candidate, other_side: bool) -> float:
    """The score of ``candidate`` by its cue, 0 for an unknown one; ``other_side``: its target has one."""
    base = _BASE.get(candidate.cue.kind)
    if base is None:
        return 0.0
    verb = candidate.attribution.verb
    return (
        base
        + _QUOTED * is_clause(candidate.cue, candidate.sentence)
        + _CONDITION * (candidate.filled.condition is not None)
        + _WARN_VERB * (verb is not None and among(verb, "warn_verbs", "judge_verbs"))
        + _OTHER_SIDE * other_side
        + _GUESSED_SIDE * (not candidate.actor.certain and not acts_itself(candidate))
        + _CARRIED * candidate.attribution.carried
    )
