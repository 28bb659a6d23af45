"""The watches as the stream sees them, and the alerts that an article raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import getLogger

from pipelines.matching.evaluate import evaluate, reasons
from pipelines.novelty.assign import Assigned
from schemas.errors import QueryError
from schemas.ids import alert_id
from schemas.protocols import Index
from schemas.query.parse import parse
from schemas.query.project import project
from schemas.query.tree import Query
from schemas.records import Alert, AlertState, EnrichedArticle, Mark, Record, Statement, Trace, Watch

GENERATION = "generation"
"""The id of the record in index ``marks`` that is raised whenever a watch is written or removed."""

_LATE = timedelta(hours=6)
_ASK_AGAIN = timedelta(seconds=1)
_RELOAD = timedelta(minutes=1)
_log = getLogger(__name__)


@dataclass(frozen=True)
class _Rule:
    watch: Watch
    query: Query


class WatchBook:
    """All enabled watches, loaded anew when their generation was raised, and once a minute in any case."""

    def __init__(self, index: Index, clock: Callable[[], datetime]) -> None:
        self._index = index
        self._clock = clock
        self._generation: object = None
        self._asked: datetime | None = None
        self._loaded: datetime | None = None
        self._rules: list[_Rule] = []

    def alerts(self, assigned: Assigned) -> list[Alert]:
        """The alerts that an article raises, each once; those that must not be delivered say so by their state."""
        self._keep_fresh()
        now = self._clock()
        if assigned.article.degraded:
            return []
        found: dict[str, Alert] = {}
        projected = {
            over: [(record, project(over, record)) for record in _records(over, assigned.article)]
            for over in {rule.watch.over for rule in self._rules}
        }
        for rule in self._rules:
            if assigned.rereading is not None and assigned.rereading.watch not in (None, rule.watch.id):
                continue
            for record, projection in projected[rule.watch.over]:
                if evaluate(rule.query, projection, now):
                    alert = self._alert(rule, record, assigned, now)
                    found.setdefault(alert.id, alert)
        return list(found.values())

    def _alert(self, rule: _Rule, record: EnrichedArticle | Statement, assigned: Assigned, now: datetime) -> Alert:
        article = assigned.article
        statement = record if isinstance(record, Statement) else None
        claim = statement.claim if statement and rule.watch.once_per == "claim" else None
        story = article.story if rule.watch.once_per == "story" else None
        about = claim or story or article.id
        return Alert(
            id=alert_id(rule.watch.id, about),
            watch=rule.watch.id,
            article=article.id,
            statement=statement.id if statement else None,
            claim=statement.claim if statement else None,
            story=story,
            why=reasons(rule.query, record, now),
            nearest=assigned.nearest.get(claim) if claim else None,
            relation=next((each.relation for each in assigned.claims if each.id == claim), None),
            late=article.published is not None and article.fetched - article.published > _LATE,
            trace=Trace(published=article.published, fetched=article.fetched, enriched=article.enriched, matched=now),
            state=_state(rule.watch, claim, assigned, now),
        )

    def _keep_fresh(self) -> None:
        now = self._clock()
        if self._asked is not None and abs(now - self._asked) < _ASK_AGAIN:
            return
        self._asked = now
        found = self._index.get("marks", [GENERATION]).get(GENERATION)
        generation = found.record.data.get("n") if found and isinstance(found.record, Mark) else None
        if self._loaded is None or generation != self._generation or abs(now - self._loaded) > _RELOAD:
            self._index.refresh("watches")
            self._rules = list(_rules(self._index.scan("watches")))
            self._generation, self._loaded = generation, now


def _rules(records: Iterable[Record]) -> Iterator[_Rule]:
    for watch in records:
        if not isinstance(watch, Watch) or not watch.enabled:
            continue
        try:
            yield _Rule(watch, parse(watch.query, watch.over))
        except QueryError as error:  # saved by another version of Redline: the others must go on
            _log.error("watch %s (%s) cannot be matched: %s", watch.id, watch.name, error)


def _records(over: str, article: EnrichedArticle) -> Iterable[EnrichedArticle | Statement]:
    if over == "articles":
        return [article]
    return [statement for statement in article.statements if statement.state is None]


def _state(watch: Watch, claim: str | None, assigned: Assigned, now: datetime) -> AlertState:
    if assigned.rereading is not None:
        return "replayed"
    return "backlog" if _is_backlog(watch, claim, assigned, now) else "new"


def _is_backlog(watch: Watch, claim: str | None, assigned: Assigned, now: datetime) -> bool:
    if assigned.article.backlog:
        return True
    if claim is not None:
        first_seen = next(each.first_seen for each in assigned.claims if each.id == claim)
    elif watch.once_per == "story":
        first_seen = assigned.story_seen
    else:
        first_seen = assigned.article.first_seen
    # A watch of a time to come was made before the clock was set back: better an old claim than silence.
    return first_seen < watch.created <= now
