"""What kind of statement a candidate is: threat, red line, ultimatum, warning, or an act declared unacceptable."""

from __future__ import annotations

import re

from pipelines.reading.statements.vetoes import Candidate
from pipelines.reading.statements.words import LEXICON
from schemas.records import Kind

_DEMANDS = re.compile(r"\b(?:unless|until|either|otherwise|failing which|or else|ultimatum)\b", re.IGNORECASE)
_VAGUE = ("consequence", "response")


def kind_of(candidate: Candidate) -> Kind:
    """The kind by the cue, else by the words of the sentence."""
    cue, condition = candidate.cue, candidate.filled.condition
    text = candidate.sentence.span.text
    if cue.kind == "unacceptable":
        return "unacceptable"
    demand = condition is not None and condition[0].lower_ in ("unless", "until")
    if cue.kind == "deadline" or demand or LEXICON.phrases["deadlines"].search(candidate.filled.said.text):
        return "ultimatum"
    if cue.kind == "red_line":
        return "red_line"
    if cue.kind == "announcement":
        return _by_words(text)
    return "warning" if cue.kind in _VAGUE else "threat"


def _by_words(text: str) -> Kind:
    if LEXICON.phrases["voided"].search(text):
        return "red_line"
    if _DEMANDS.search(text):
        return "ultimatum"
    if LEXICON.phrases["judgements"].search(text) and not LEXICON.phrases["threats"].search(text):
        return "unacceptable"
    return "threat"
