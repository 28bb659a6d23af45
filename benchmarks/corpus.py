"""Made-up enriched articles by the million: sentences recombined over a vocabulary of Zipf's law, the same each time.

One sentence in each article names someone who hardly occurs elsewhere, so that rare words and phrases can be sought.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import get_args

from schemas.ids import stable_id
from schemas.records import EnrichedArticle, Entity, Evidence, Kind, Span, Statement, TopicLabel
from schemas.taxonomy import load_taxonomy

NEWEST = datetime(2026, 11, 1, tzinfo=UTC)
EVERY = timedelta(seconds=20)
"""How far apart articles are first seen."""

_LETTERS = ("bcdfghklmnprstvwz", "aeiou")
_SENTENCES = 20_000
_VOCABULARY = 40_000
_NAMES = 50_000
_ARTICLE = 14
"""Sentences of an article."""


class Corpus:
    """A seeded source of articles; ``file`` has an object with ``title`` and ``text`` a line, None: invented words."""

    def __init__(self, file: Path | None = None, seed: int = 7) -> None:
        self._random = random.Random(seed)
        self.sentences: Sequence[str] = _read(file) if file else self._invented()
        self.names = [f"{self._word(2, 4).title()} {self._word(2, 5).title()}" for _ in range(_NAMES)]
        self.sides = [self._word(2, 3).title() for _ in range(40)]
        papers = ("Post", "Times", "News")
        self._outlets = [f"{self._word(2, 3).title()} {paper}" for paper in papers for _ in range(70)]
        self._topics = [topic.id for topic in load_taxonomy().topics]

    def articles(self, count: int) -> Iterator[EnrichedArticle]:
        """``count`` articles from the oldest to the newest (first seen at ``NEWEST``)."""
        start = NEWEST - count * EVERY
        zipf = list(accumulate(1 / rank for rank in range(10, len(self.sentences) + 10)))
        for number in range(count):
            sentences = self._random.choices(self.sentences, cum_weights=zipf, k=_ARTICLE)
            name = self._random.choice(self.names)
            sentences.insert(5, f"It was {name} who told the reporters so.")
            yield self._article(number, sentences, name, start + number * EVERY)

    def _article(self, number: int, sentences: list[str], name: str, seen: datetime) -> EnrichedArticle:
        id_ = stable_id(str(number))
        source = _skewed(self._random, self._outlets)
        sides = [_skewed(self._random, self.sides) for _ in range(self._random.randrange(1, 5))]
        text = "\n\n".join(" ".join(sentences[at : at + 4]) for at in range(1, len(sentences), 4))
        mentions = tuple(Span(field="text", start=at, end=at + 8) for at in (20, 300, 700))
        people = (Entity(name=name, type="PERSON", mentions=mentions[:1]),)
        entities = (*(Entity(name=side, type="GPE", id=side[:2].upper(), mentions=mentions) for side in sides), *people)
        topics = (_skewed(self._random, self._topics) for _ in range(self._random.randrange(3)))
        statements = (self._statement(id_, sides, sentences[3], seen),) if number % 4 == 0 else ()
        return EnrichedArticle(
            id=id_,
            feed=f"https://{source.split()[0].lower()}.example/feed",
            url=f"https://{source.split()[0].lower()}.example/{number}",
            source=source,
            title=sentences[0],
            text=text,
            lang="en",
            tags=("World",),
            published=seen - timedelta(minutes=3),
            fetched=seen,
            story=id_,
            signature=id_ * 8,
            entities=entities,
            topics=tuple(TopicLabel(id=topic, score=0.75, evidence=mentions[:1]) for topic in topics),
            statements=statements,
            enriched=seen,
            indexed=seen,
            model={"spacy": "en_core_web_sm 3.8.0"},
        )

    def _statement(self, article: str, sides: list[str], words: str, seen: datetime) -> Statement:
        return Statement(
            id=article,
            article=article,
            claim=article,
            kind=self._random.choice(get_args(Kind)),
            side=sides[0],
            target_sides=tuple(sides[1:2]),
            speaker=self._random.choice(self.names),
            quote=words,
            evidence=(Evidence(field="text", start=300, end=300 + len(words), text=words),),
            confidence=0.75,
            first_seen=seen,
            version=1,
        )

    def _invented(self) -> list[str]:
        words = list(dict.fromkeys(self._word(1, 4) for _ in range(2 * _VOCABULARY)))[:_VOCABULARY]
        zipf = list(accumulate(1 / rank for rank in range(2, len(words) + 2)))
        lengths = self._random.choices(range(8, 28), k=_SENTENCES)
        return [f"{' '.join(self._random.choices(words, cum_weights=zipf, k=size))}.".capitalize() for size in lengths]

    def _word(self, least: int, most: int) -> str:
        syllables = self._random.randrange(least, most + 1)
        return "".join(self._random.choice(letters) for _ in range(syllables) for letters in _LETTERS)


def _read(file: Path) -> list[str]:
    with file.open(encoding="utf-8") as lines:
        texts = [json.loads(line).get("text") or "" for line in islice(lines, _SENTENCES) if line.strip()]
    return [f"{sentence.strip(' .')}." for text in texts for sentence in text.split(". ") if len(sentence) > 20]


def _skewed(chance: random.Random, values: Sequence[str]) -> str:
    """One of ``values``, the first ones far more often."""
    return values[int(len(values) * chance.random() ** 3)]
