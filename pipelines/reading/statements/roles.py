"""What the words around a person's name say: the role, the side, and whether it is one who speaks for a side at all.

Russian President Vladimir Putin                       -> President of Russia
Latvian Defence Minister Ilse Martena                  -> Defence Minister of Latvia
Bulgarian General Viktor Danev                         -> General
Lt. Gen. Mark Rowland, the head of the U.S. Guard,     -> Lt. Gen., side United States
the Russian president, Vladimir Putin                  -> president of Russia
"""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Span, Token

from pipelines.reading.statements.sides import SideMention, Sides
from pipelines.reading.statements.words import LEXICON, among

_TITLE_TAGS = frozenset({"PROPN", "NOUN", "ADJ", "PART", "X", "NUM"})
_LONGEST_TITLE = 10
_LONGEST_APPOSITION = 14
_WITH_ARTICLE = ("United ", "Netherlands", "Philippines", "Central African", "Democratic Republic", "Czech Republic")


@dataclass(frozen=True)
class Description:
    """What one mention of a person says: ``private`` people speak for nobody, ``official`` ones for ``side``."""

    role: str | None = None
    side: str | None = None
    official: bool = False
    private: bool = False


def describe(name: Span, sides: Sides) -> Description:
    """Read the title before ``name`` and the appositions on both sides of it."""
    title, left, right = _title(name), _left_apposition(name), _right_apposition(name)
    parts = [part for part in (title, left, right) if part]
    side = next((mention for part in parts for mention in sides.within(part)), None)
    official = any(_official(token) for part in parts for token in part)
    private = not official and any(among(token, "private_speakers") for part in parts for token in part)
    former = any(token.lower_ in ("former", "ex", "retired", "late") for part in parts for token in part)
    role = next((text for part in parts if (text := _role(part, sides))), None)
    return Description(role, side.side if side else None, official, private or former)


def _official(token: Token) -> bool:
    return among(token, "official_titles", "ranks") or token.lower_.rstrip(".") in LEXICON.lemmas["ranks"]


def _title(name: Span) -> Span:
    """The words right before ``name`` that belong to it."""
    doc, start = name.doc, name.start
    first = max(name.sent.start, name.start - _LONGEST_TITLE)
    while start > first and _in_title(doc[start - 1]):
        start -= 1
    return doc[start : name.start]


def _in_title(token: Token) -> bool:
    if token.text in ("'s", "’s", "'", "’") or token.lower_ in ("of", "for"):
        return True
    if token.text == "-":
        return not token.whitespace_
    if token.text == ".":  # of an abbreviation: sentences end elsewhere
        return True
    return token.pos_ in _TITLE_TAGS and token.ent_type_ not in ("DATE", "TIME") and not token.is_punct


def _left_apposition(name: Span) -> Span | None:
    """``the Russian president`` in ``the Russian president, Vladimir Putin``, also before a further title."""
    doc = name.doc
    comma = _title(name).start - 1
    if comma <= name.sent.start or doc[comma].text != ",":
        return None
    phrase = _title(doc[comma : comma + 1])
    return phrase if phrase and _official(phrase[-1]) and phrase[-1].ent_type_ != "PERSON" else None


def _right_apposition(name: Span) -> Span | None:
    """``the head of the U.S. Guard`` in ``Mark Rowland, the head of the U.S. Guard, said``; also ``of Congo``."""
    doc, end = name.doc, name.end
    last = min(name.sent.end, name.end + _LONGEST_APPOSITION)
    if end < last and doc[end].lower_ == "of":
        return doc[end : min(last, end + 6)]
    if end >= last or doc[end].text != ",":
        return None
    start = end + 1
    end = start
    while end < last and doc[end].text not in (",", ";", ".") and doc[end].pos_ not in ("VERB", "AUX"):
        end += 1
    phrase = doc[start:end]
    return phrase if any(_official(token) or among(token, "private_speakers") for token in phrase) else None


def _role(part: Span, sides: Sides) -> str | None:
    """The role that ``part`` gives: a rank as it stands, an office "of" its state."""
    if not any(_official(token) for token in part):
        return None
    mention = next(iter(sides.within(part)), None)
    words = _without(part, mention)
    if not words:
        return None
    text = "".join(token.text_with_ws for token in words).strip()
    if mention is None or all(token.lower_.rstrip(".") in LEXICON.lemmas["ranks"] for token in words):
        return text
    if mention.type in ("ORG", "LOC") or any(token.lower_ == "of" for token in words):
        return part.text.removeprefix("the ").removeprefix("The ").strip()
    article = "the " if mention.side.startswith(_WITH_ARTICLE) else ""
    return f"{text} of {article}{mention.side}"


def _without(part: Span, mention: SideMention | None) -> list[Token]:
    words = [token for token in part if mention is None or not mention.span.start <= token.i < mention.span.end]
    while words and (words[0].text in ("'s", "’s", "'", "’", "-") or words[0].pos_ == "DET"):
        words = words[1:]
    return words
