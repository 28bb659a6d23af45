"""The simplest reader that could work: a closed list of threatening words, and the nearest name before as speaker.

What it finds is set beside the figures of the real one, so that a figure tells more than how easy the articles are.
- Names are runs of capitalised words, but not one word alone that begins a sentence and that the gazetteer does not
  know. The gazetteer gives the type; an unknown name is a person if it has two words or three, else an organisation.
- A topic is there if all words of its name stand in title or text.
- A statement is a sentence with a word of ``threat_words.txt``; its speaker is the last name before that word that the
  gazetteer knows to speak for a side; its quotation the first one of the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipelines.reading.quotes import quotations
from schemas.gazetteer import Entry, Gazetteer
from schemas.ids import statement_id
from schemas.query.analyse import words
from schemas.records import Article, EnrichedArticle, Entity, Evidence, Statement, TextField, TopicLabel
from schemas.taxonomy import Taxonomy

_FIELDS: tuple[TextField, ...] = ("title", "text")
_SENTENCE = re.compile(r"\S[^\n]*?(?:[.!?…][\"'”’»)]*(?=\s|$)|(?=\n|$))")
_NAME = re.compile(r"\b[^\W\d_a-z]\w*(?:[-’'.]\w+)*(?:(?: (?:of|the|al|de|bin))* [^\W\d_a-z]\w*(?:[-’'.]\w+)*)*")
_CONFIDENCE = 0.5


class _Name(NamedTuple):
    text: str
    end: int
    entry: Entry | None


class Baseline:
    """Reads articles by words alone."""

    def __init__(self, gazetteer: Gazetteer, taxonomy: Taxonomy) -> None:
        lines = Path(__file__).with_name("threat_words.txt").read_text(encoding="utf-8").splitlines()
        threats = [re.escape(line) for line in lines if line and not line.startswith("#")]
        self._threat = re.compile(rf"\b(?:{'|'.join(threats)})\b", re.IGNORECASE)
        self._gazetteer = gazetteer
        self._topics = {topic.id: {token.text for token in words(topic.name)} for topic in taxonomy.topics}

    def read(self, articles: Sequence[Article]) -> list[EnrichedArticle]:
        """The enriched ``articles``, in the same order, without story and claims."""
        return [self._read(article) for article in articles]

    def _read(self, article: Article) -> EnrichedArticle:
        whole = "\n".join(article.field(name) for name in _FIELDS)
        said = {token.text for token in words(whole)}
        names = {name.text: name.entry for name in self._names(whole)}
        return EnrichedArticle(
            **{name: getattr(article, name) for name in Article.__struct_fields__ if name != "lang"},
            lang="en",
            entities=tuple(Entity(name=name, type=_type(name, entry)) for name, entry in names.items()),
            topics=tuple(TopicLabel(id=id_, score=1.0) for id_, name in self._topics.items() if name <= said),
            statements=tuple(self._statements(article)),
        )

    def _names(self, text: str) -> Iterator[_Name]:
        for sentence in _SENTENCE.finditer(text):
            for match in _NAME.finditer(text, sentence.start(), sentence.end()):
                entry = self._gazetteer.lookup(match[0])
                first = match.start() == sentence.start() and " " not in match[0]
                if entry is not None or not first:
                    yield _Name(match[0], match.end(), entry)

    def _statements(self, article: Article) -> Iterator[Statement]:
        for field in _FIELDS:
            text = article.field(field)
            speaking = [name for name in self._names(text) if name.entry is not None and name.entry.side is not None]
            for sentence in _SENTENCE.finditer(text):
                threat = self._threat.search(text, sentence.start(), sentence.end())
                before = [name for name in speaking if threat is not None and name.end <= threat.start()]
                if before:
                    yield _statement(article, field, sentence, before[-1])


def _statement(article: Article, field: TextField, sentence: re.Match[str], name: _Name) -> Statement:
    entry = name.entry
    assert entry is not None
    assert entry.side is not None
    quotes = quotations(sentence[0])
    return Statement(
        id=statement_id(article.id, [sentence[0]], entry.side, (), "threat"),
        article=article.id,
        kind="threat",
        side=entry.side,
        speaker=name.text,
        role=entry.role,
        quote=sentence[0][quotes[0].start : quotes[0].end].rstrip(".,") if quotes else None,
        evidence=(Evidence(field=field, start=sentence.start(), end=sentence.end(), text=sentence[0]),),
        confidence=_CONFIDENCE,
        first_seen=article.first_seen,
        version=article.version,
        source=article.source,
    )


def _type(name: str, entry: Entry | None) -> str:
    if entry is not None:
        return entry.type
    return "PERSON" if len(name.split()) in (2, 3) else "ORG"
