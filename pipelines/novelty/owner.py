"""The owner: the one process at a time that decides which story and which claim an article and a statement are.

Ownership is one index record, ``owner`` of index ``marks``: its holder, the end of the lease, and all that was assigned
and is not yet found in the index. It is put, if it is still as it was read, before anything of a batch goes on; a put
that is refused means that another process owns now, and this one drops its memory and its drain. So two owners can
never both open a claim, and an owner that dies between deciding and writing leaves its decisions to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, NoReturn, TypeVar

import msgspec

from pipelines.novelty.assign import Assigned, Novelty, Rereading
from schemas.errors import NotOwnerError
from schemas.protocols import Index
from schemas.records import Claim, EnrichedArticle, Mark, Record

T = TypeVar("T")
WINDOW = timedelta(days=14)
"""How far back stories and claims are known."""
_MARK = "owner"
_STRIDE = timedelta(days=1)
_FORGET_EVERY = timedelta(hours=1)
_AT_ONCE = 500


class Owner:
    """The memory of what is known, and the right to add to it.

    ``holder`` names this process and must be unique; ``lease`` is how long it may be silent before another takes over,
    by ``timer`` (in seconds) where the clock was set back; ``window`` is how far back stories and claims are known.
    """

    def __init__(
        self,
        index: Index,
        *,
        holder: str,
        clock: Callable[[], datetime],
        timer: Callable[[], float] = monotonic,
        lease: timedelta = timedelta(seconds=10),
        window: timedelta = WINDOW,
        most_articles: int = 100_000,
    ) -> None:
        self._index = index
        self._holder = holder
        self._clock = clock
        self._timer = timer
        self._lease = lease
        self._window = window
        self._most_articles = most_articles
        self._novelty: Novelty | None = None
        self._revision: object | None = None
        self._until = clock()
        self._since = clock()
        self._looked_back: datetime | None = None
        self._pending: dict[str, EnrichedArticle] = {}
        self._heard: tuple[object, float] = (None, 0.0)

    def take(self) -> bool:
        """Take or renew the lease; False while another process holds it. The first time, loads the window."""
        if self._novelty is not None:
            if self._renew():
                return True
            self.drop()
        data, revision = self._read()
        held = data.get("holder") != self._holder and _lasts(data, self._clock())
        if held and not self._is_silent(revision):
            return False
        self._revision = revision
        self._pending = {
            article.id: article for article in msgspec.convert(data.get("pending", []), list[EnrichedArticle])
        }
        if not self._put(until=self._clock() + self._lease):
            return False
        try:
            self._novelty = self._load(self._clock() - self._window)
        except NotOwnerError:
            return False
        return True

    def own(self, articles: Sequence[EnrichedArticle], rereading: Rereading | None = None) -> list[Assigned]:
        """Give ``articles`` their stories and claims, and make it last.

        An article older than what is stored is left out: it was overtaken by a later version of itself. For those that
        are read again the window reaches back so far that they find the stories and claims of their own time.

        Raises:
            NotOwnerError: another process owns now; nothing of this batch may go on.
        """
        if self._novelty is None:
            raise NotOwnerError("this process does not own stories and claims: take the lease first")
        self._forget_old()
        if rereading is not None and articles:
            self._looked_back = self._clock()
            self._reach_back(min(article.first_seen for article in articles) - self._window)
        stored = self._stored(articles)
        self._forget_settled(stored)
        assigned = []
        for article in articles:
            last = stored.get(article.id)
            if last is not None and last.version > article.version:
                continue
            result = replace(self._novelty.assign(article, last), rereading=rereading)
            stored[article.id] = result.article
            self._pending[article.id] = _decision(result.article)
            assigned.append(result)
        if not self._put(until=self._clock() + self._lease):
            self._lose()
        return assigned

    def drop(self) -> None:
        """Forget everything: the next ``take`` starts from what the index holds."""
        self._novelty = None
        self._revision = None
        self._pending = {}

    def release(self) -> None:
        """Give the lease back, so that another process need not wait for its end."""
        if self._novelty is not None:
            self._put(until=self._clock())
        self.drop()

    def _lose(self) -> NoReturn:
        self.drop()
        raise NotOwnerError("another process has taken over stories and claims; this one starts its drain again")

    def _renew(self) -> bool:
        """Put the end of the lease off where it is near; False where another process owns now."""
        now = self._clock()
        left = self._until - now  # more than the whole lease where the clock was set back
        return self._lease / 2 < left <= self._lease or self._put(until=now + self._lease)

    def _held(self, records: Iterable[T]) -> Iterator[T]:
        """``records``, with the lease renewed as often as it takes to go through them."""
        for record in records:
            if not self._renew():
                self._lose()
            yield record

    def _is_silent(self, revision: object) -> bool:
        """Whether the holder has not renewed its lease for as long as it lasts, whatever the clock says."""
        if revision != self._heard[0]:
            self._heard = (revision, self._timer())
        return self._timer() - self._heard[1] > self._lease.total_seconds()

    def _read(self) -> tuple[dict[str, Any], object | None]:
        """What the record holds, and its revision."""
        found = self._index.get("marks", [_MARK]).get(_MARK)
        data = found.record.data if found is not None and isinstance(found.record, Mark) else {}
        return data, found.revision if found else None

    def _put(self, until: datetime) -> bool:
        data = msgspec.to_builtins({"holder": self._holder, "until": until, "pending": list(self._pending.values())})
        mark = Mark(id=_MARK, data=data)
        revision = self._index.put("marks", mark, self._revision)
        if revision is None:
            last, found = self._read()
            if last.get("holder") == self._holder:  # the answer to an earlier put was lost; nobody has put it since
                revision = self._index.put("marks", mark, found)
        if revision is None:
            return False
        self._revision = revision
        self._until = until
        return True

    def _stored(self, articles: Sequence[EnrichedArticle]) -> dict[str, EnrichedArticle]:
        """The stored versions of ``articles`` and of what is pending; loads the claims that they name."""
        assert self._novelty is not None
        ids = {article.id for article in articles} | self._pending.keys()
        found = self._index.get("articles", ids)
        stored = {id_: each.record for id_, each in found.items() if isinstance(each.record, EnrichedArticle)}
        named = {each.claim for article in stored.values() for each in article.statements if each.claim}
        self._load_claims(self._novelty, {claim for claim in named if self._novelty.claims.get(claim) is None})
        return stored

    def _load_claims(self, novelty: Novelty, ids: Collection[str]) -> None:
        for each in self._held(self._index.get("claims", ids).values() if ids else ()):
            assert isinstance(each.record, Claim)
            novelty.claims.load(each.record)

    def _forget_settled(self, stored: dict[str, EnrichedArticle]) -> None:
        """Drop from the record what this read has found in the index; what it has not is known all the same."""
        claims = {each.claim for article in self._pending.values() for each in article.statements if each.claim}
        found = self._index.get("claims", claims) if claims else {}
        for article in list(self._pending.values()):
            there = stored.get(article.id)
            reported = all(_has_member(found[s.claim].record, s.id) for s in article.statements if s.claim in found)
            complete = reported and all(s.claim in found for s in article.statements)
            if there is not None and there.version >= article.version and there.story and complete:
                del self._pending[article.id]
            else:
                stored[article.id] = article

    def _reach_back(self, since: datetime) -> None:
        if since < self._since:
            # Some more than is asked for, since what is read again comes in the order of time only by and large.
            self._novelty = self._load(since - _STRIDE)

    def _forget_old(self) -> None:
        """Let what has left the window go, now and then: memory must not grow with the age of this process."""
        assert self._novelty is not None
        if self._looked_back is not None and abs(self._clock() - self._looked_back) < _FORGET_EVERY:
            return  # older articles are being read again, and more of them may come
        since = self._clock() - self._window
        if since - self._since > _FORGET_EVERY:
            self._novelty.forget(since, self._most_articles)
            self._since = since
        elif self._since - since > _FORGET_EVERY:  # the clock had been ahead, and too much was let go
            self._reach_back(since)

    def _load(self, since: datetime) -> Novelty:
        self._index.refresh("articles")
        self._index.refresh("claims")
        self._since = since
        scanned = self._held(self._index.scan("articles", since))
        articles = [each for each in scanned if isinstance(each, EnrichedArticle)]
        articles.sort(key=lambda each: (each.first_seen, each.id))
        novelty = Novelty()
        for claim in self._held(self._index.scan("claims", since)):
            assert isinstance(claim, Claim)
            novelty.claims.load(claim)
        articles = articles[-self._most_articles :]
        # A claim is known for as long as it is reported: some began before the window.
        decided = (*articles, *self._pending.values())
        named = {each.claim for article in decided for each in article.statements if each.claim}
        older = sorted(claim for claim in named if novelty.claims.get(claim) is None)
        for start in range(0, len(older), _AT_ONCE):
            self._load_claims(novelty, older[start : start + _AT_ONCE])
        for article in self._held(articles):
            novelty.remember(article)
        for article in self._pending.values():
            novelty.remember(article)
            for statement in article.statements:
                novelty.claims.report(statement)
        return novelty


def is_held(index: Index, now: datetime) -> bool:
    """Whether some process owns stories and claims at ``now``."""
    found = index.get("marks", [_MARK]).get(_MARK)
    return found is not None and isinstance(found.record, Mark) and _lasts(found.record.data, now)


def _lasts(data: dict[str, Any], now: datetime) -> bool:
    until = data.get("until")
    return until is not None and msgspec.convert(until, datetime) > now


def _decision(article: EnrichedArticle) -> EnrichedArticle:
    """What must outlive this process until the index holds ``article``: its story and its statements' claims."""
    title = article.title or article.id
    return msgspec.structs.replace(article, title=title, text=None, noise=(), entities=(), topics=())


def _has_member(claim: Record, statement: str) -> bool:
    return isinstance(claim, Claim) and any(member.statement == statement for member in claim.members)
