"""Tells the language of an article from its first words."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.records import Article

HEAD = 300
"""So many characters of the text are looked at, after the title."""

SHORT = 40
"""With fewer characters than this in all, what the feed says is believed."""


class LanguageDetector:
    """Sorts texts into ``languages`` (ISO 639-1 codes), and into no other."""

    def __init__(self, languages: Sequence[str]) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        self._languages = frozenset(languages)
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
        self._identifier.set_languages(list(languages))

    def detect(self, article: Article) -> str | None:
        """The language of ``article``; None where it has no letters and its feed says nothing."""
        said = (article.lang or "").split("-")[0].split("_")[0].lower() or None
        words = "\n".join(filter(None, (article.title, (article.text or "")[:HEAD])))
        letters = sum(character.isalpha() for character in words)
        if said in self._languages and letters < SHORT:
            return said
        if not letters:
            return said
        language, _ = self._identifier.classify(words)
        return str(language)
