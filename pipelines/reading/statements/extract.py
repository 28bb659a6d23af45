"""Red-line statements of a parsed article: who warned whom, on what condition, with what consequence, in what words.

sentences -> cues -> attribution -> actor and side -> slots -> vetoes -> score -> one statement a side and subject
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from spacy.tokens import Span

from pipelines.reading.document import Document, span_of
from pipelines.reading.quotes import Quotation
from pipelines.reading.statements.bodies import Actor
from pipelines.reading.statements.candidates import HIGHEST, Scored, candidates
from pipelines.reading.statements.cast import Cast
from pipelines.reading.statements.conditions import CLEAR
from pipelines.reading.statements.dates import said_on
from pipelines.reading.statements.merge import merge
from pipelines.reading.statements.named_later import named_later
from pipelines.reading.statements.own_words import OwnWords, own_words
from pipelines.reading.statements.passages import Sentence, sentences
from pipelines.reading.statements.telling import Telling, bare, telling_quote
from pipelines.reading.statements.vetoes import Candidate, sport
from schemas import records
from schemas.ids import statement_id
from schemas.records import EntityRef, Evidence, Kind, Slots, Statement

_STRENGTH: tuple[Kind, ...] = ("ultimatum", "threat", "red_line", "warning", "unacceptable")
_Spans = tuple[records.Span, ...]
_MORE_EVIDENCE = 0.05
_HONEST = 0.82
"""How often a statement that seems sure is right as a whole, side and extent with it, on articles kept for choosing."""
_TOP_TOPICS = 3
_LEAST_QUOTE = 8


def extract(document: Document) -> tuple[Statement, ...]:
    """The statements of ``document``, in reading order; empty where it has none or nothing of it was parsed."""
    all_sentences = sentences(document)
    if sport(all_sentences):
        return ()
    groups = merge(candidates(document, all_sentences))
    cast = Cast(document) if groups else None
    return tuple(_statement(document, cast, group) for group in groups if cast is not None)


def _own_words(cast: Cast, group: list[Scored]) -> OwnWords | None:
    """The quotation that follows ``group``, where the group has none."""
    if any(_quotation(scored) is not None for scored in group):
        return None
    last = _last(group)
    return own_words(cast, last.sentence, last.actor)


def _speaker(cast: Cast, group: list[Scored], own: OwnWords | None) -> Actor:
    """Who says it: somebody with a name, told or named later, before an office or a state; for a side that is told."""
    actors = [*(scored.candidate.actor for scored in group), *([own.actor] if own is not None else [])]
    side = max(actors, key=lambda actor: actor.certain).side
    actor = replace(max(actors, key=lambda actor: (actor.person, actor.certain)), side=side)
    return named_later(cast, actor, own.sentence if own is not None else _last(group).sentence) or actor


def _last(group: list[Scored]) -> Candidate:
    return max(group, key=lambda scored: scored.candidate.sentence.index).candidate


def _statement(document: Document, cast: Cast, group: list[Scored]) -> Statement:
    article = document.article
    best, own = max(group, key=_carries), _own_words(cast, group)
    actor = _speaker(cast, group, own)
    kind = min((scored.kind for scored in group), key=_STRENGTH.index)
    target_sides = tuple(dict.fromkeys(side for scored in group for side in scored.target_sides if side != actor.side))
    evidence = _evidence([*(s.candidate.sentence for s in group), *([own.sentence] if own is not None else [])])
    ranked = [best, *(scored for scored in group if scored is not best)]
    target = _fullest_target(ranked)
    quote = telling_quote(group, own)
    condition, consequence = _told_parts(quote, sorted(ranked, key=_tells_least))
    days = (said_on(s.candidate.attribution, s.candidate.filled.said, article.published) for s in ranked)
    slots = Slots(
        speaker=(span_of(actor.field, actor.span),),
        target=_span(target, target.target if target else None),
        condition=condition,
        consequence=consequence if kind != "unacceptable" else (),
        quote=(bare(document, quote),) if quote is not None else (),
    )
    return Statement(
        id=statement_id(article.id, (item.text for item in evidence), actor.side, target_sides, kind),
        article=article.id,
        kind=kind,
        side=actor.side,
        speaker=actor.name,
        role=actor.role,
        target=_words(document, slots.target),
        target_sides=target_sides,
        condition=_words(document, slots.condition),
        consequence=_words(document, slots.consequence),
        quote=_words(document, slots.quote),
        evidence=evidence,
        spans=slots,
        entities=_entities(document, evidence),
        topics=_topics(document, evidence),
        said=next((day for day in days if day is not None), None),
        confidence=round(
            _HONEST * min(best.score + _MORE_EVIDENCE * (len(evidence) - 1 - (own is not None)), HIGHEST), 2
        ),
        lang=document.lang,
        published=article.published,
        first_seen=article.first_seen,
        source=article.source,
        url=article.url,
        title=article.title,
        version=article.version,
    )


def _told_parts(quote: Telling | None, ranked: list[Scored]) -> tuple[_Spans, _Spans]:
    """Condition and consequence in the speaker's own words, where ``quote`` tells both, else as the first tells each.

    What is declared a "legitimate target" is told by these two words best.
    """
    status = any(one.candidate.cue.kind == "status" for one in ranked)
    if not status and quote is not None and quote.condition is not None and quote.consequence is not None:
        return (span_of(quote.field, quote.condition),), (span_of(quote.field, quote.consequence),)
    condition = next((at for one in ranked if (at := _span(one, one.candidate.filled.condition))), ())
    return condition, next((at for one in ranked if (at := _span(one, one.candidate.filled.consequence))), ())


def _carries(scored: Scored) -> tuple[bool, float]:
    """What makes a candidate the one that its group is told by: the speaker's own words, then the score."""
    return scored.candidate.quoted, scored.score


def _tells_least(scored: Scored) -> tuple[int, int]:
    """How little ``scored`` tells of a condition, and how many of condition and consequence it lacks: they read best
    when one sentence tells both."""
    condition, consequence = scored.candidate.filled.condition, scored.candidate.filled.consequence
    return -_clearness(condition), (condition is None) + (consequence is None)


def _clearness(condition: Span | None) -> int:
    """A clause with its marker tells most, a name or thing alone hardly anything."""
    if condition is None:
        return 0
    if condition[0].lower_ in CLEAR:
        return 3
    return 2 if any(token.pos_ in ("VERB", "AUX") for token in condition) else 1


def _fullest_target(ranked: list[Scored]) -> Scored | None:
    """What the harm hits, told by the reporter before the speaker's own words; else who is meant first, or what says
    more of the same thing ("foreign troops" for "troops")."""
    hit = [scored for scored in ranked if scored.candidate.filled.hit and scored.target is not None]
    if hit:
        return min(hit, key=lambda scored: scored.candidate.quoted)
    first = next((scored for scored in ranked if scored.target is not None), None)
    if first is None or first.target is None:
        return None
    noun = first.target.root.lemma_
    same = [scored for scored in ranked if scored.target is not None and scored.target.root.lemma_ == noun]
    return max(same, key=lambda scored: sum(token.pos_ not in ("PRON", "DET") for token in scored.target or ()))


def _evidence(sentences: Iterable[Sentence]) -> tuple[Evidence, ...]:
    """The whole ``sentences``, each once, in reading order."""
    spans = {span_of(sentence.field, sentence.body): sentence.body.text for sentence in sentences}
    ordered = sorted(spans, key=lambda span: (span.field == "text", span.start))
    return tuple(Evidence(field=span.field, start=span.start, end=span.end, text=spans[span]) for span in ordered)


def _quotation(scored: Scored) -> Quotation | None:
    """The quotation that holds the cue, else one within the words said, else the last one of the sentence."""
    sentence, said = scored.candidate.sentence, scored.candidate.filled.said
    within = [one for one in sentence.quotes if said.start_char <= one.start and one.end <= said.end_char]
    others = [one for one in sentence.quotes if one.end - one.start >= _LEAST_QUOTE]
    return sentence.quote_of(scored.candidate.cue.span.root) or next(iter([*within, *others[::-1]]), None)


def _span(scored: Scored | None, words: Span | None) -> tuple[records.Span, ...]:
    if scored is None or words is None or not len(words):
        return ()
    return (span_of(scored.candidate.sentence.field, words),)


def _words(document: Document, spans: tuple[records.Span, ...]) -> str | None:
    """The words of the article at ``spans``; None for no span."""
    return " ".join(document.article.field(span.field)[span.start : span.end] for span in spans) or None


def _entities(document: Document, evidence: Iterable[Evidence]) -> tuple[EntityRef, ...]:
    places = list(evidence)
    return tuple(
        EntityRef(name=entity.name, id=entity.id)
        for entity in document.entities
        if any(_meet(mention, place) for mention in entity.mentions for place in places)
    )


def _topics(document: Document, evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """The topics that touch the evidence, else those that the article is most about."""
    places = list(evidence)
    touching = [topic for topic in document.topics if any(_meet(s, place) for s in topic.evidence for place in places)]
    top = sorted(document.topics, key=lambda topic: -topic.score)[:_TOP_TOPICS]
    return tuple(topic.id for topic in touching or top)


def _meet(one: records.Span, other: Evidence) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end
