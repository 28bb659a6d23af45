"""The articles that are published: the same for the same seed, their claims and stories far apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import NamedTuple

from schemas.errors import DataFileError

OUTLETS = ("harbour", "meridian", "northfold")
"""The feeds; an article is published by one of them."""
CLAIMS_A_ROUND = 2
ORDINARY = 8
"""How many articles of a round hold no statement; another outlet has the first of them word for word."""
COPIED = "Bulletin"
"""A word in the title of the article that is copied."""
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Sample:
    """An article as its outlet publishes it; ``claim`` is the number of the claim that it holds."""

    outlet: str
    url: str
    title: str
    paragraphs: tuple[str, ...]
    claim: int | None = None


class _Claim(NamedTuple):
    side: str
    role: str
    speaker: str
    target: str
    act: str
    harm: str


class Samples:
    """The articles of the rounds of ``seed``: two claims a round, told by two outlets and by one, and ordinary news."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)
        self._claims = [_Claim(*row) for row in _rows(_FOLDER / "claims.tsv", len(_Claim._fields))]
        random.shuffle(self._claims)
        self._parts = list(zip(*_rows(_FOLDER / "sentences.tsv", 3), strict=True))
        self._seed = seed
        self.rounds = len(self._claims) // CLAIMS_A_ROUND
        """How many rounds there are: no side makes more than one claim, so that none is taken for another."""

    def articles(self, number: int) -> list[Sample]:
        """What is published in round ``number`` (from 0), in no order."""
        random = Random(f"{self._seed}/{number}")
        first = CLAIMS_A_ROUND * number
        tellings = ((first, 0), (first, 1), (first + 1, 2))
        told = [self._told(claim, outlet, number, random) for claim, outlet in tellings]
        ordinary = [self._ordinary(number, each, random) for each in range(ORDINARY)]
        copy = replace(ordinary[0], outlet=OUTLETS[1], url=ordinary[0].url.replace(*OUTLETS[:2]))
        news = [*told, *ordinary, copy]
        random.shuffle(news)
        return news

    def _told(self, claim: int, outlet: int, number: int, random: Random) -> Sample:
        """The claim of that number, as the outlet of that number tells it."""
        side, role, speaker, target, act, harm = self._claims[claim]
        quote = f"“If {target} should {act}, we will {harm},”"
        tellings = (
            (
                f"{side} threatens {target} in a speech",
                f"{role} {speaker} of {side} has threatened {target} in a speech before parliament.",
                f"{quote} {speaker.rpartition(' ')[2]} said. The deputies applauded.",
            ),
            (
                f"{target} weighs its answer to {side}",
                f"The government of {target} met late at night to discuss its neighbour's words.",
                f"{quote} said {speaker}, the {role.lower()} of {side}.",
            ),
            (
                f"{side} warns {target} of force",
                f"{side} warned {target} of force on Tuesday.",
                f"{quote} {role} {speaker} of {side} told reporters at the airport.",
            ),
        )
        title, *paragraphs = tellings[outlet]
        slug = f"{side}-{number}".lower().replace(" ", "-")
        return self._sample(OUTLETS[outlet], slug, title, [*paragraphs, *self._news(random, 3)], claim)

    def _ordinary(self, number: int, each: int, random: Random) -> Sample:
        first, *others = self._news(random, 6)
        title = first[:-1] if each else f"{COPIED}: {first[:-1]}"
        return self._sample(OUTLETS[each % len(OUTLETS)], f"news-{number}-{each}", title, others, None)

    def _news(self, random: Random, count: int) -> list[str]:
        chosen = zip(*(random.sample(parts, count) for parts in self._parts), strict=True)
        return [f"{' '.join(parts)}." for parts in chosen]

    def _sample(self, outlet: str, slug: str, title: str, paragraphs: Sequence[str], claim: int | None) -> Sample:
        return Sample(outlet, f"https://{outlet}.example/{self._seed}/{slug}", title, tuple(paragraphs), claim)


def _rows(file: Path, width: int) -> list[list[str]]:
    rows = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.startswith("#"):
            rows.append(line.split("\t"))
            if len(rows[-1]) != width:
                raise DataFileError(str(file), number, f"{len(rows[-1])} fields in the place of {width}")
    return rows
