"""Keeps the labels consistent: verbatim slots, whole sentences, known names, claims that agree with one another.

Rules:
- An article's id begins with its hand; its text has 60 to 300 words; only class ``statement`` has statements.
- Entities and topics stand there once; an entity's name is found in title or text; a topic is one of the taxonomy.
- Target, condition, consequence and quote are words of title or text, verbatim. Evidence is verbatim
  too, begins and ends where a sentence does, and all of these but the target stand in it.
- A side is no target of its own.
- A claim belongs to one occasion (``<occasion>/<label>``) and one side, stands once in an article, and is everywhere
  one of harm or everywhere ``unacceptable``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from redline.evaluation.corpus import LabelledArticle, LabelledStatement, Place, meet, places
from schemas.taxonomy import Taxonomy, load_taxonomy

FEWEST_WORDS, MOST_WORDS = 60, 300
_CARRIED = ("condition", "consequence", "quote")
_CLOSERS = r"\"'”’»“‘«)\]"
_DASHES = ("-", "–", "—")
_BEGINS = re.compile(rf"(?:^|\n|•|\b\d\d[:.]\d\d|[.!?…:;–—-][{_CLOSERS}]*|[{_CLOSERS}])\s*[\"'“‘„‚«»(\[”’–—-]*\s*\Z")
_ENDS = re.compile(rf"[.!?…:][{_CLOSERS}]*\Z")


class Problem(NamedTuple):
    """What is wrong with a field of an article's labels."""

    article: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.article}: {self.field}: {self.message}"


def problems(articles: Sequence[LabelledArticle]) -> list[Problem]:
    """All that breaks a rule in ``articles``, in their order; what concerns several of them at the end."""
    taxonomy = load_taxonomy()
    alone = (problem for article in articles for problem in _of_article(article, taxonomy))
    return [*alone, *_of_claims(articles)]


def _of_article(article: LabelledArticle, taxonomy: Taxonomy) -> Iterator[Problem]:
    for field, message in (*_of_text(article), *_of_names(article, taxonomy)):
        yield Problem(article.id, field, message)
    for number, statement in enumerate(article.statements):
        evidence = [place for sentence in statement.evidence for place in places(article, sentence)]
        for field, message in (*_of_evidence(article, statement), *_of_slots(article, statement, evidence)):
            yield Problem(article.id, f"statements[{number}].{field}", message)


def _of_text(article: LabelledArticle) -> Iterator[tuple[str, str]]:
    if not article.id.startswith(f"{article.hand}-"):
        yield "id", f"must begin with its hand: {article.hand}-"
    count = len(article.text.split())
    if not FEWEST_WORDS <= count <= MOST_WORDS:
        yield "text", f"{count} words, not {FEWEST_WORDS} to {MOST_WORDS}"
    if (article.class_ == "statement") != bool(article.statements):
        yield "class", f"{article.class_} with {len(article.statements)} statements"


def _of_names(article: LabelledArticle, taxonomy: Taxonomy) -> Iterator[tuple[str, str]]:
    names = [entity.name for entity in article.entities]
    claims = [statement.claim for statement in article.statements]
    for field, values in (("entities", names), ("topics", article.topics), ("claim", claims)):
        for value in _doubled(values):
            yield field, f"twice: {value}"
    for name in names:
        if not places(article, name):
            yield "entities", f"not in the article: {name}"
    for topic in article.topics:
        if taxonomy.by_id(topic) is None:
            yield "topics", f"not in the taxonomy: {topic}"


def _of_evidence(article: LabelledArticle, statement: LabelledStatement) -> Iterator[tuple[str, str]]:
    for sentence in statement.evidence:
        found = places(article, sentence)
        if not found:
            yield "evidence", f"not in the article: {sentence}"
        elif not any(_is_whole(article, place) for place in found):
            yield "evidence", f"no whole sentence: {sentence}"
    if not statement.evidence:
        yield "evidence", "none"


def _of_slots(
    article: LabelledArticle, statement: LabelledStatement, evidence: Sequence[Place]
) -> Iterator[tuple[str, str]]:
    for field in ("target", *_CARRIED):
        words = getattr(statement, field)
        found = places(article, words) if words is not None else None
        if found == []:
            yield field, f"not in the article: {words}"
        elif found and field in _CARRIED and not any(meet(place, sentence) for place in found for sentence in evidence):
            yield field, f"not in the evidence: {words}"
    if statement.side in statement.target_sides:
        yield "target_sides", f"the side itself: {statement.side}"
    if not statement.claim.startswith(f"{article.occasion}/"):
        yield "claim", f"{statement.claim} must begin with its occasion: {article.occasion}/"


def _of_claims(articles: Sequence[LabelledArticle]) -> Iterator[Problem]:
    claims: dict[str, list[tuple[str, LabelledStatement]]] = defaultdict(list)
    for article in articles:
        for statement in article.statements:
            claims[statement.claim].append((article.id, statement))
    for claim, reports in claims.items():
        _, first = reports[0]
        for id_, statement in reports[1:]:
            if statement.side != first.side:
                yield Problem(id_, "claim", f"{claim} is of {first.side} elsewhere, here of {statement.side}")
            if (statement.kind == "unacceptable") != (first.kind == "unacceptable"):
                yield Problem(id_, "claim", f"{claim} is {first.kind} elsewhere, here {statement.kind}")


def _is_whole(article: LabelledArticle, place: Place) -> bool:
    """Whether the words at ``place`` begin and end as sentences of their field do."""
    whole = article.field(place.field)
    before, after = whole[: place.start], whole[place.end :]
    ends = not after.strip() or after.lstrip(" ").startswith("\n") or _ENDS.search(whole[: place.end]) is not None
    within = whole[place.start].islower() and not before.rstrip().endswith(_DASHES)
    begins = _BEGINS.search(before) is not None and not within
    return begins and ends


def _doubled(values: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [value for value in values if value in seen or seen.add(value)]  # type: ignore[func-returns-value]
