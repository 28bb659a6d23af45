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

from pipelines.reading.statements.phrases import former
from pipelines.reading.statements.saying import is_title
from pipelines.reading.statements.sides import SideMention, Sides
from pipelines.reading.statements.words import LEXICON, among

_TITLE_TAGS = frozenset({"PROPN", "NOUN", "ADJ", "PART", "X", "NUM"})
_LONGEST_TITLE = 10
_LONGEST_APPOSITION = 14
_MARKS = frozenset({"'s", "’s", "'", "’", "-"})
_RANKS = LEXICON.lemmas["ranks"] | {"rear", "vice", "chief", "sheikh", "prince", "mullah", "sir", "mr", "lt", "first"}
_LEADS = frozenset({"head", "hold", "lead", "command", "run", "chair", "govern", "deputise", "deputize", "rule"})
_ENDS = frozenset({",", ";", ".", ":", "(", "—", "–"})
_WITH_ARTICLE = ("United ", "Netherlands", "Philippines", "Central African", "Democratic Republic", "Czech Republic")


@dataclass(frozen=True)
class Description:
    """What one mention of a person says: ``private`` people speak for nobody, ``official`` ones for ``side``."""

    role: str | None = None
    side: str | None = None
    official: bool = False
    private: bool = False
    titles: tuple[frozenset[str], ...] = ()


def describe(name: Span, sides: Sides) -> Description:
    """Read the title before ``name`` and the appositions on both sides of it."""
    title = _title(name)
    parts = [part for part in (title, _left_apposition(name), _right_apposition(name)) if part]
    side = next((mention for part in parts if (mention := told_side(part, sides))), None)
    official = any(is_title(token) or _leads(token) for part in parts for token in part) or _belongs(title, sides)
    private = not official and any(among(token, "private_speakers") for part in parts for token in part)
    has_left = any(former(part) for part in parts)
    role = next((text for part in parts if (text := _role(part, sides))), None)
    titles = tuple(words for part in parts if part[0].lower_ != "who" and (words := title_words(part, sides)))
    group = None if side else next((found for part in parts if (found := _group(part))), None)
    return Description(role, side.side if side else group, official, private or has_left, titles)


def describe_title(phrase: Span, sides: Sides) -> Description:
    """What ``phrase``, a title without a name, says: ``Israel's energy minister``."""
    side = told_side(phrase, sides)
    return Description(_role(phrase, sides), side.side if side else None, official=True)


def told_side(part: Span, sides: Sides) -> SideMention | None:
    """The side that ``part``, a title, names: that of "Iran's envoy to Iraq" and not where one is sent to."""
    return next((mention for mention in sides.within(part) if not _sent_to(mention.span.root)), None)


def _sent_to(name: Token) -> bool:
    """Whether ``name`` is a place of service: "to Iraq", and for an ambassador or an embassy also "in Baghdad"."""
    if name.dep_ != "pobj":
        return False
    preposition = name.head
    if preposition.lower_ in ("in", "at"):
        return among(preposition.head, "envoys")
    return preposition.lower_ in ("to", "with", "against", "near")


def _belongs(title: Span, sides: Sides) -> bool:
    """``Hezbollah's`` in ``Hezbollah's Wafic Nasrawi``."""
    return len(title) > 1 and title[-1].lower_ in ("'s", "’s", "'", "’") and bool(sides.within(title))


def title_words(part: Span, sides: Sides) -> frozenset[str]:
    """The words of the title in ``part``, in lower case and without the side: deputy, foreign, minister."""
    if not any(is_title(token) for token in part):
        return frozenset()
    named = {token.i for mention in sides.within(part) for token in mention.span}
    return frozenset(
        token.lemma_.lower()
        for token in part
        if token.is_alpha and token.i not in named and not token.is_stop and token.ent_type_ != "PERSON"
    )


def _group(part: Span) -> str | None:
    """``Red Thorn`` in ``who runs a gang called Red Thorn``: an armed group that no gazetteer knows."""
    place = next((t.i for t in part if among(t, "armed_groups")), None)
    if place is None:
        return None
    doc = part.doc
    start = place
    while start > part.start and (doc[start - 1].pos_ == "PROPN" or doc[start - 1].lower_ == "of"):
        start -= 1
    if doc[start].pos_ == "PROPN" and start < place:
        return doc[start : place + 1].text
    name = [t for t in doc[place + 1 : part.end] if t.lower_ not in ("called", "named", "known", "as", "the")]
    taken = []
    for token in name:
        if token.pos_ != "PROPN":
            break
        taken.append(token.text)
    return " ".join(taken) or None


def _leads(token: Token) -> bool:
    """``who heads the border committee``, ``who speaks for the crown prince``."""
    lemma = token.lemma_.lower()
    return token.tag_ != "NNS" and (lemma in _LEADS or (lemma in ("speak", "answer") and _for(token)))


def _for(verb: Token) -> bool:
    after = verb.i + 1
    return after < len(verb.doc) and verb.doc[after].lower_ == "for"


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
    start = comma
    while start > name.sent.start and not doc[start - 1].is_punct and doc[start - 1].pos_ not in ("VERB", "AUX"):
        start -= 1
    phrase = doc[start:comma]
    titles = [token for token in phrase if is_title(token) and token.ent_type_ != "PERSON"]
    return doc[max(start, titles[0].left_edge.i) : comma] if titles else None


def _right_apposition(name: Span) -> Span | None:
    """``the head of the U.S. Guard`` in ``Mark Rowland, the head of the U.S. Guard, said``; also ``of Congo``."""
    doc, end = name.doc, name.end
    last = min(name.sent.end, name.end + _LONGEST_APPOSITION)
    if end < last and doc[end].lower_ == "of":
        return doc[end : min(last, end + 6)]
    if end >= last or doc[end].text != ",":
        return None
    start = end + 1
    end, clause = start, start < last and doc[start].lower_ == "who"
    while end < last and doc[end].text not in _ENDS and (clause or doc[end].pos_ not in ("VERB", "AUX")):
        end += 1
    phrase = doc[start:end]
    told = any(is_title(token) or _leads(token) or among(token, "private_speakers") for token in phrase)
    return phrase if told else None


def is_rank(role: str) -> bool:
    """Whether ``role`` is no office: "Rear Admiral", "Sheikh"."""
    return all(word.lower().rstrip(".") in _RANKS for word in role.replace("-", " ").split())


def _role(part: Span, sides: Sides) -> str | None:
    """The role that ``part`` gives: a rank as it stands, an office "of" its state."""
    if part[0].lower_ == "who":
        return part.text if any(_leads(token) for token in part) else None
    if not any(is_title(token) for token in part):
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
    while words and (words[0].text in _MARKS or words[0].pos_ == "DET" or words[0].tag_ == "PRP$"):
        words = words[1:]
    return words
