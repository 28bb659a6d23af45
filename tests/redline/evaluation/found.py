"""Readings made by hand for the tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from redline.evaluation.corpus import LabelledArticle, places
from schemas.ids import statement_id
from schemas.records import EnrichedArticle, Evidence, Statement

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def found(label: LabelledArticle, *sentences: str, **changes: Any) -> Statement:
    """A statement of Freedonia that was found in ``sentences`` of ``label``, but for ``changes``."""
    evidence = []
    for sentence in sentences:
        place = places(label, sentence)[0]
        evidence.append(Evidence(field=place.field, start=place.start, end=place.end, text=sentence))
    side = changes.pop("side", "Freedonia")
    whole = Statement(
        id=statement_id(label.id, sentences, side, (), "threat"),
        article=label.id,
        kind="threat",
        side=side,
        evidence=tuple(evidence),
        confidence=0.75,
        first_seen=NOW,
        version=1,
    )
    return msgspec.structs.replace(whole, **changes)


def reading(label: LabelledArticle, *statements: Statement, **changes: Any) -> EnrichedArticle:
    """``label`` read, with ``statements`` found in it."""
    article = label.article(NOW)
    fields = {name: getattr(article, name) for name in article.__struct_fields__}
    return EnrichedArticle(**fields, statements=statements, **changes)
