"""Reads articles in this process and gives them stories and claims, as the pipeline would; stores nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from schemas.records import Article, EnrichedArticle
from schemas.times import utc_now

if TYPE_CHECKING:
    from pipelines.reading.settings import ReadingSettings

Read = Callable[[Sequence[Article]], list[EnrichedArticle]]
CHUNK = 16
"""Articles that are read at once: a few, so that results follow soon after their lines."""


def load_reader(settings: ReadingSettings) -> Read:
    """What reads articles as ``settings`` say; it takes seconds to load.

    Raises:
        ModelMissingError: the model is not installed; it names the command that installs it.
        DataFileError: a data file is wrong; it names file and line.
    """
    # Numpy's kernels read these when they are imported; their threads would cost spaCy a fifth of its speed.
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    from pipelines.reading.reader import Reader

    return Reader(settings, utc_now).read


def understand(read: Read, articles: Iterable[Article]) -> Iterator[EnrichedArticle]:
    """``articles`` as ``read`` reads them, with stories and claims as if each had been stored after the one before."""
    from pipelines.novelty.assign import Novelty

    novelty = Novelty()
    known: dict[str, EnrichedArticle] = {}
    waiting = iter(articles)
    while chunk := list(islice(waiting, CHUNK)):
        for enriched in read(chunk):
            assigned = novelty.assign(enriched, known.get(enriched.id)).article
            known[assigned.id] = assigned
            yield assigned
