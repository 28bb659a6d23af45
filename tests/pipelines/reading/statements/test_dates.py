"""The day of saying: what the words beside the verb tell, counted from the day of publishing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.reading.statements.attribution import attribute
from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.dates import said_on
from pipelines.reading.statements.passages import sentences
from pipelines.reading.statements.slots import fill
from tests.pipelines.reading.statements.conftest import Understand

WEDNESDAY = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)

DAYS: dict[str, tuple[str, datetime | None]] = {
    "a weekday": ("Latvia said on Monday it would sink the ship.", datetime(2026, 11, 23, tzinfo=UTC)),
    "the day itself": ("Latvia said on Wednesday it would sink the ship.", datetime(2026, 11, 25, tzinfo=UTC)),
    "yesterday": ("Latvia warned yesterday that it would sink the ship.", datetime(2026, 11, 24, tzinfo=UTC)),
    "tonight": ("Latvia declared tonight that it would sink the ship.", datetime(2026, 11, 25, tzinfo=UTC)),
    "a date without a year": ("Latvia said on Dec. 3 that it would sink the ship.", datetime(2025, 12, 3, tzinfo=UTC)),
    "a whole date": ("Latvia said on 3 March 2024 that it would sink the ship.", datetime(2024, 3, 3, tzinfo=UTC)),
    "a day of the threat": ("Latvia said that it would sink the ship on Monday.", None),
    "a deadline": ("Latvia, which waits until Friday, said it would sink the ship.", None),
    "no day": ("Latvia said it would sink the ship.", None),
    "no such day": ("Latvia said on Feb. 31 that it would sink the ship.", None),
}


@pytest.mark.parametrize("name", DAYS)
def test_the_day(understand: Understand, name: str) -> None:
    text, expected = DAYS[name]
    assert _day(understand, text, WEDNESDAY) == expected


def test_without_a_day_of_publishing_only_a_whole_date_tells(understand: Understand) -> None:
    assert _day(understand, DAYS["a weekday"][0], None) is None
    assert _day(understand, DAYS["a date without a year"][0], None) is None
    assert _day(understand, DAYS["a whole date"][0], None) == DAYS["a whole date"][1]


def _day(understand: Understand, text: str, published: datetime | None) -> datetime | None:
    found = sentences(understand(text))
    (sentence,) = found
    verb = next(token for token in sentence.span if token.lemma_ == "sink")
    cue = Cue("harm", verb, sentence.span.doc[verb.i : verb.i + 1])
    attribution = attribute(cue, sentence, found)
    assert attribution is not None
    return said_on(attribution, fill(cue, sentence, attribution).said, published)
