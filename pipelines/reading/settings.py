"""The settings of reading."""

from __future__ import annotations

import msgspec


class ReadingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How articles are read.

    model: the official name of the English spaCy pipeline, or the folder of one. languages: the languages (ISO 639-1)
    among which an article's own is sought; only English is read in depth, others are stored and searchable.
    gazetteer_folders: folders with more ``*.tsv`` files of names (see ``schemas.gazetteer``).
    """

    model: str = "en_core_web_sm"
    # fmt: off
    languages: tuple[str, ...] = (
        "en", "fr", "de", "es", "it", "pt", "nl", "pl", "ro", "uk",
        "ru", "tr", "ar", "he", "fa", "hi", "zh", "ja", "ko",
    )
    # fmt: on
    gazetteer_folders: tuple[str, ...] = ()
