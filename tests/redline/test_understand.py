"""Articles read in this process are given stories and claims in their order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from redline.understand import CHUNK, understand
from schemas.records import Article, EnrichedArticle, Evidence, Statement

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SAID = "Freedonia will sink any Sylvanian ship that enters the bay."


def read(articles: Sequence[Article]) -> list[EnrichedArticle]:
    """A reader that finds in every article the statement ``SAID``."""
    assert len(articles) <= CHUNK
    return [
        EnrichedArticle(
            **{name: getattr(article, name) for name in Article.__struct_fields__},
            statements=(
                Statement(
                    id=f"{article.id}/s",
                    article=article.id,
                    kind="threat",
                    side="Freedonia",
                    evidence=(Evidence(field="text", start=0, end=len(SAID), text=SAID),),
                    confidence=0.9,
                    first_seen=article.first_seen,
                    version=article.version,
                ),
            ),
        )
        for article in articles
    ]


def test_what_was_said_before_is_the_claim_of_the_first_however_many_there_are() -> None:
    articles = [
        Article(id=f"a{number}", feed="f", text=SAID, fetched=NOW + timedelta(minutes=number)) for number in range(40)
    ]
    found = list(understand(read, iter(articles)))
    assert [article.id for article in found] == [article.id for article in articles]
    assert {statement.claim for article in found for statement in article.statements} == {"a0/s"}


def test_a_later_version_of_an_article_keeps_its_statement() -> None:
    first = Article(id="a", feed="f", text=SAID, fetched=NOW)
    later = msgspec.structs.replace(first, fetched=NOW + timedelta(hours=1), version=first.version + 1)
    found = list(understand(read, [first, later]))
    assert [statement.claim for article in found for statement in article.statements] == ["a/s", "a/s"]
