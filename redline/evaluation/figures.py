"""Figures with their intervals: precision, recall and F1 over articles, and how far another sample would move them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
LEVEL = 95
"""The share of resamples, in percent, that an interval holds."""


class Count(NamedTuple):
    """What one article adds to a figure: how many were found and how many of these are right; how many were labelled
    and how many of these were found."""

    right: float
    found: float
    met: float
    labelled: float

    @classmethod
    def of(cls, right: int, found: int, labelled: int) -> Count:
        """``right`` of ``found`` things are among the ``labelled`` ones."""
        return cls(right, found, right, labelled)

    @classmethod
    def share(cls, right: float, of: int) -> Count:
        """``right`` of ``of`` things are as they should be."""
        return cls(right, of, right, of)

    def __add__(self, other: tuple[float, ...]) -> Count:  # type: ignore[override]
        return Count(*(one + another for one, another in zip(self, other, strict=True)))


Counts = Mapping[str, Count]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """``value`` is the F1 of ``precision`` and ``recall`` (all three the same for a plain share), 0 to 1; ``low`` and
    ``high`` its 95 % interval; ``found`` and ``labelled`` the things counted. None where there was nothing to count.
    """

    value: float | None
    low: float | None
    high: float | None
    precision: float | None
    recall: float | None
    found: int
    labelled: int


def figures(articles: Sequence[Counts], seed: int) -> dict[str, Figure]:
    """The figure of each name in the counts of ``articles``, with a bootstrap interval over the articles.

    The same counts and seed give the same intervals.
    """
    names = list(dict.fromkeys(name for counts in articles for name in counts))
    none = Count(0, 0, 0, 0)
    table = np.array([[counts.get(name, none) for name in names] for counts in articles], dtype=float)
    if not names:
        return {}
    random = np.random.default_rng(seed)
    drawn = random.multinomial(len(articles), np.full(len(articles), 1 / len(articles)), size=RESAMPLES)
    resampled = np.tensordot(drawn, table, axes=1)
    margin = (100 - LEVEL) / 2
    values = _f1(resampled)
    result = {}
    for place, name in enumerate(names):
        total = table[:, place].sum(axis=0)
        several = values[:, place]
        several = several[~np.isnan(several)]
        low, high = np.percentile(several, [margin, 100 - margin]) if several.size else (np.nan, np.nan)
        with np.errstate(invalid="ignore"):
            precision, recall = total[0] / total[1], total[2] / total[3]
        result[name] = Figure(
            value=_rounded(float(_f1(total))),
            low=_rounded(low),
            high=_rounded(high),
            precision=_rounded(precision),
            recall=_rounded(recall),
            found=round(total[1]),
            labelled=round(total[3]),
        )
    return result


def _f1(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """F1 of counts in the last axis: 0 where nothing is right, not a number where there is nothing at all."""
    right, found, met, labelled = np.moveaxis(counts, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision, recall = right / found, met / labelled
        f1 = 2 * precision * recall / (precision + recall)
        return np.where(found + labelled == 0, np.nan, np.where(right + met == 0, 0.0, f1))


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
