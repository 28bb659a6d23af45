"""The settings of reading."""

from __future__ import annotations

import msgspec

READ_IN_DEPTH = "en"
"""The language in which entities, topics and statements are found; texts in others are stored and can be searched."""


class ReadingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How articles are read.

    model: the official name of the English spaCy pipeline, or the folder of one. languages: the languages (ISO 639-1)
    among which an article's own is sought; only English is read in depth, others are stored and searchable.
    gazetteer_folders: folders with more ``*.tsv`` files of names (see ``schemas.gazetteer``). topic_files: files with
    topics of one's own (see ``schemas.taxonomy``). degraded: read without a model, with the gazetteer and the words of
    topics alone: no statements, no alerts, and every record says so.
    """

    model: str = "en_core_web_sm"
    # fmt: off
    languages: tuple[str, ...] = (
        "en", "fr", "de", "es", "it", "pt", "nl", "pl", "ro", "uk",
        "ru", "tr", "ar", "he", "fa", "hi", "zh", "ja", "ko",
    )
    # fmt: on
    gazetteer_folders: tuple[str, ...] = ()
    topic_files: tuple[str, ...] = ()
    degraded: bool = False
