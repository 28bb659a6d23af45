"""The day on which something was said, where the words beside the verb of saying tell it.

"On Tuesday" is the last Tuesday up to the day of publishing; "today", "tonight", "yesterday" count from that day;
"Nov. 3" without a year is the last third of November. Days within the words said, or after "until", are other days.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from spacy.tokens import Span

from pipelines.reading.statements.source import Attribution

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AGO = {"today": 0, "tonight": 0, "yesterday": 1}
_OTHER_DAYS = frozenset({"next", "until", "till", "by", "from", "since", "before", "after", "of", "for", "coming"})
_BEFORE, _AFTER = 6, 8
_MONTH_FIRST = rf"(?P<month>(?:{'|'.join(_MONTHS)})[a-z]*)\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
_DAY_FIRST = rf"(?P<first>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<second>(?:{'|'.join(_MONTHS)})[a-z]*)\.?"
_EXPLICIT = re.compile(rf"(?:{_MONTH_FIRST}|{_DAY_FIRST})(?:,? (?P<year>(?:19|20)\d\d))?\b", re.IGNORECASE)


def said_on(attribution: Attribution, said: Span, published: datetime | None) -> datetime | None:
    """The day (its first second, UTC) that the sentence gives for the saying of ``said``; None where it gives none.

    Without ``published`` only a date with its year can be told.
    """
    verb = attribution.verb
    if verb is None:
        return None
    sentence, doc = attribution.sentence, verb.doc
    first, last = max(sentence.opening, verb.i - _BEFORE), min(sentence.span.end, verb.i + _AFTER)
    near = [t for t in doc[first:last] if not said.start <= t.i < said.end and not sentence.quoted(t)]
    for token in sorted(near, key=lambda t: abs(t.i - verb.i)):
        if token.i > first and doc[token.i - 1].lower_ in _OTHER_DAYS:
            continue
        day = _relative(token.lower_, published) or _explicit(doc[token.i : min(last, token.i + 6)].text, published)
        if day is not None:
            return day
    return None


def _relative(word: str, published: datetime | None) -> datetime | None:
    if published is None:
        return None
    today = _midnight(published)
    if word in _AGO:
        return today - timedelta(days=_AGO[word])
    if word in _WEEKDAYS:
        return today - timedelta(days=(today.weekday() - _WEEKDAYS.index(word)) % 7)
    return None


def _explicit(words: str, published: datetime | None) -> datetime | None:
    """The date with which ``words`` begin; one without a year is the last such day up to ``published``."""
    found = _EXPLICIT.match(words)
    if found is None:
        return None
    month = _MONTHS.index((found["month"] or found["second"])[:3].lower()) + 1
    day = int(found["day"] or found["first"])
    if found["year"]:
        return _date(int(found["year"]), month, day)
    if published is None:
        return None
    this_year = _date(published.year, month, day)
    if this_year is None or this_year <= published:
        return this_year
    return _date(published.year - 1, month, day)


def _date(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def _midnight(time: datetime) -> datetime:
    return time.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
