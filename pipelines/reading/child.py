"""What runs inside a reading process of the pool: it loads the models once, and reads chunks of articles.

Nothing that starts a thread may be imported here: a second thread, even asleep, costs spaCy a sixth of its speed.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.reading.reader import Reader
from pipelines.reading.settings import ReadingSettings
from schemas.errors import RedlineError
from schemas.records import Article, EnrichedArticle
from schemas.times import utc_now

_reader: Reader | RedlineError  # one a process: tasks of a pool reach nothing but their module


def prepare(settings: ReadingSettings) -> None:
    """Load the models; the pool calls this when the process starts. What went wrong is told to whoever asks to read."""
    global _reader
    try:
        _reader = Reader(settings, utc_now)
    except RedlineError as error:
        _reader = RedlineError(str(error))  # the base class travels between processes, whatever the others take


def read_chunk(articles: Sequence[Article]) -> list[EnrichedArticle | str]:
    """Read ``articles``; in the place of one that cannot be read stands the reason.

    Raises:
        RedlineError: the models could not be loaded.
    """
    if isinstance(_reader, RedlineError):
        raise _reader
    try:
        return list(_reader.read(articles))
    except Exception as error:  # noqa: BLE001 - whatever the libraries raise, it is this article's fault alone
        if len(articles) == 1:
            return [f"{type(error).__name__}: {error}"]
    return [read for article in articles for read in read_chunk([article])]
