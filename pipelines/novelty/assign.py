"""Giving an article its story and its statements their claims: what the owner does, without the ownership."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from pipelines.novelty.align import align
from pipelines.novelty.claims import Claims
from pipelines.novelty.stories import Stories
from schemas.records import Claim, EnrichedArticle, Nearest, Statement


@dataclass(frozen=True)
class Rereading:
    """Why an article that was stored before goes through once more: what it raises now is ``replayed``.

    ``watch``: the id of the only watch that is to be matched.
    """

    watch: str | None = None


@dataclass(frozen=True)
class Assigned:
    """An article with its story and its statements' claims, and the claims as they stand with it.

    ``story_seen`` is when the first article of its story was seen; ``nearest`` holds for each claim that this article
    opens the most similar earlier one of the same side. ``rereading`` is None where the article is new.
    """

    article: EnrichedArticle
    claims: tuple[Claim, ...]
    story_seen: datetime
    nearest: dict[str, Nearest] = field(default_factory=dict)
    rereading: Rereading | None = None


class Novelty:
    """The memory of stories and claims, and how an article changes it."""

    def __init__(self) -> None:
        self.stories = Stories()
        self.claims = Claims()

    def remember(self, article: EnrichedArticle) -> None:
        """Take over an article as it was stored."""
        if article.story:
            self.stories.add(article.id, article.story, article.signature, article.first_seen)
        for statement in article.statements:
            self.claims.recognise(statement)

    def forget(self, before: datetime, most: int) -> None:
        """Forget the articles first seen before ``before``, and the oldest until ``most`` are left."""
        self.claims.forget(self.stories.forget(before, most))

    def assign(self, article: EnrichedArticle, stored: EnrichedArticle | None) -> Assigned:
        """Give ``article`` what ``stored`` (its last version, if any) was given before, and what is new to it.

        A degraded reading finds no statements and tells nothing of those found before: they stay as they are.
        """
        article = self._with_story(article, stored)
        statements: list[Statement] = []
        before = stored.statements if stored else ()
        for statement in before if article.degraded else align(article.statements, before):
            claim = self._claim(statement, {each.claim for each in statements})
            seen = min(statement.first_seen, article.first_seen)
            statements.append(msgspec.structs.replace(statement, claim=claim, version=article.version, first_seen=seen))
        claims = {claim.id: claim for claim in map(self.claims.report, statements)}
        openers = [statement for statement in statements if statement.claim == statement.id]
        return Assigned(
            article=msgspec.structs.replace(article, statements=tuple(statements)),
            claims=tuple(claims.values()),
            story_seen=self.stories.first_seen(article.story or article.id) or article.first_seen,
            nearest={each.id: near for each in openers if (near := self.claims.nearest(each))},
        )

    def _with_story(self, article: EnrichedArticle, stored: EnrichedArticle | None) -> EnrichedArticle:
        first_seen = min(article.first_seen, stored.first_seen) if stored else article.first_seen
        story = (
            (stored.story if stored else None)
            or self.stories.story_of(article.id)
            or self.stories.find(article.signature)
            or article.id
        )
        self.stories.add(article.id, story, article.signature, first_seen)
        return msgspec.structs.replace(article, story=story, first_seen=first_seen)

    def _claim(self, statement: Statement, siblings: Container[str | None]) -> str:
        """The claim given before, else the one repeated (none that a sibling has), else a new one."""
        return (
            statement.claim
            or self.claims.claim_of(statement.id)
            or self.claims.find(statement, besides=siblings)
            or statement.id
        )
