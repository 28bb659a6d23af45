"""Reads articles: what language, which entities and topics, and which statements of red lines.

Reading is a pure function of the article and the models. English is read in depth; an article in another language is
stored and searchable, with nothing found in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.novelty.signature import signature
from pipelines.reading.document import FIELDS, Document
from pipelines.reading.encoder import ENCODER, load_encoder
from pipelines.reading.entities import EntityFinder
from pipelines.reading.language import LanguageDetector
from pipelines.reading.models import load_model
from pipelines.reading.noise import NoiseFinder, blanked, verbatim, without_runs
from pipelines.reading.settings import READ_IN_DEPTH, ReadingSettings
from pipelines.reading.statements.extract import extract
from pipelines.reading.statements.meaning import with_meaning
from pipelines.reading.topics import TopicFinder
from schemas.gazetteer import load_gazetteer
from schemas.records import Article, EnrichedArticle, Span, Statement, TextField
from schemas.taxonomy import load_taxonomy
from schemas.times import Clock

if TYPE_CHECKING:
    from spacy.tokens import Doc

_BATCH = 16
"""Fields that the pipeline takes at once; more does not make it quicker, and holds more memory."""
_MOST_TOKENS = 25_000
"""So many are read of one text, and so many at once: each takes memory (25 KB) and time. The longest prose has less."""


class Reader:
    """Holds the models and reads articles with them."""

    def __init__(self, settings: ReadingSettings, clock: Clock) -> None:
        """Load the models and data that ``settings`` name; ``clock`` gives the time of reading.

        Raises:
            ModelMissingError: the model is not installed; it names the command that installs it.
            DataFileError: a data file is wrong; it names file and line.
        """
        self._clock = clock
        self._degraded = settings.degraded
        self._nlp = load_model(settings)
        self._gazetteer = load_gazetteer([Path(folder) for folder in settings.gazetteer_folders])
        self._languages = LanguageDetector(settings.languages)
        self._noise = NoiseFinder()
        self._entities = EntityFinder(self._gazetteer)
        self._encoder = None if settings.degraded else load_encoder()
        self._topics = TopicFinder(load_taxonomy([Path(file) for file in settings.topic_files]))
        meta = self._nlp.meta
        self._models = {
            "pipeline": "blank" if settings.degraded else f"{meta['lang']}_{meta['name']} {meta['version']}",
            "language": f"py3langid {version('py3langid')}",
        } | ({} if settings.degraded else {"encoder": f"{ENCODER} {version(ENCODER)}"})

    def read(self, articles: Sequence[Article]) -> list[EnrichedArticle]:
        """The enriched ``articles``, in the same order, without story and claims."""
        return [self._enrich(*pair) for pair in zip(articles, self.documents(articles), strict=True)]

    def documents(self, articles: Sequence[Article]) -> list[Document]:
        """What was understood of each of ``articles`` before its statements are sought, in the same order."""
        noises = [self._noise.find(article) for article in articles]
        bare = [blanked(article, noise) for article, noise in zip(articles, noises, strict=True)]
        languages = [self._languages.detect(article) for article in bare]
        parsed = self._parse([a for a, lang in zip(bare, languages, strict=True) if lang == READ_IN_DEPTH])
        return [
            self._understand(text, noise, lang, next(parsed) if lang == READ_IN_DEPTH else {})
            for text, noise, lang in zip(bare, noises, languages, strict=True)
        ]

    def _parse(self, articles: Sequence[Article]) -> Iterator[dict[TextField, Doc]]:
        """The parsed fields of each of ``articles``, which have no noise."""
        words = [self._tokens(article.field(name)) for article in articles for name in FIELDS if article.field(name)]
        longest = max((len(doc) for doc in words), default=1)
        docs = self._nlp.pipe(words, batch_size=max(1, min(_BATCH, _MOST_TOKENS // longest)))
        for article in articles:
            yield {name: next(docs) for name in FIELDS if article.field(name)}

    def _tokens(self, text: str) -> Doc:
        """The tokens of ``text``, the first ones of far too many."""
        doc = self._nlp.make_doc(without_runs(text))
        return doc if len(doc) <= _MOST_TOKENS else self._nlp.make_doc(doc[:_MOST_TOKENS].text)

    def _enrich(self, article: Article, document: Document) -> EnrichedArticle:
        """``article`` with what is known of it by ``document``."""
        return EnrichedArticle(
            **{name: getattr(article, name) for name in Article.__struct_fields__ if name != "lang"},
            lang=document.lang,
            signature=signature(_words(document.article)),
            noise=document.noise,
            entities=document.entities,
            topics=document.topics,
            statements=self._statements(article, document),
            enriched=self._clock(),
            model=self._models,
            degraded=self._degraded,
        )

    def _statements(self, article: Article, document: Document) -> tuple[Statement, ...]:
        """What ``document`` says, in the words of ``article``."""
        if self._encoder is None:
            return ()
        return with_meaning([verbatim(each, article) for each in extract(document)], self._encoder)

    def _understand(
        self, bare: Article, noise: tuple[Span, ...], lang: str | None, docs: dict[TextField, Doc]
    ) -> Document:
        """The document with entities and topics; ``bare`` is the article without its noise."""
        document = Document(
            article=bare,
            lang=lang,
            title=docs.get("title"),
            text=docs.get("text"),
            gazetteer=self._gazetteer,
            noise=noise,
        )
        entities = self._entities.find(docs, document.is_noise)
        topics = self._topics.find(document.sentences())
        return replace(document, entities=entities, topics=topics)


def _words(article: Article) -> str:
    return f"{article.title or ''}\n{article.text or ''}"
