"""The taxonomy: the topics that an article can be about, each with the words that tell it.

The data is ``topics.toml`` beside this module.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import DataFileError

TOPICS = Path(__file__).parent / "topics.toml"
_ID = re.compile(r"[a-z][a-z0-9-]*")
_KEYS = {"id": str, "name": str, "description": str, "strong": list, "weak": list, "not": list}
_TOML_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True)
class Topic:
    """One topic. Cues are words in dictionary form, in lower case; ``*`` stands for up to three words.

    A sentence with a ``strong`` cue is about the topic; ``weak`` ones need company; ``exclusions`` are phrases within
    which no word is a cue.
    """

    id: str
    name: str
    description: str
    strong: tuple[str, ...]
    weak: tuple[str, ...]
    exclusions: tuple[str, ...]


class Taxonomy:
    """All topics, in the order of the file."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self.topics = tuple(topics)
        self._by_id = {topic.id: topic for topic in topics}
        self._by_name = {topic.name.casefold(): topic for topic in topics}

    def by_id(self, id_: str) -> Topic | None:
        """The topic with this id."""
        return self._by_id.get(id_)

    def by_name(self, name: str) -> Topic | None:
        """The topic with this name, in any case of letters."""
        return self._by_name.get(name.casefold())


def load_taxonomy(file: Path = TOPICS) -> Taxonomy:
    """Read the topics of ``file``.

    Raises:
        DataFileError: the file or a topic in it is wrong; it names the line.
    """
    try:
        source = file.read_text(encoding="utf-8")
        tables = tomllib.loads(source).get("topic", [])
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(str(file), None, f"cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        raise DataFileError(str(file), int(found.group(1)) if found else None, str(error)) from error
    lines = [number for number, line in enumerate(source.splitlines(), start=1) if line.strip() == "[[topic]]"]
    if len(lines) != len(tables):
        raise DataFileError(str(file), None, "each topic must begin with a line [[topic]]")
    topics: dict[str, Topic] = {}
    for line, table in zip(lines, tables, strict=True):
        topic = _topic(table, file, line)
        if topic.id in topics:
            raise DataFileError(str(file), line, f"the topic {topic.id!r} is there already")
        topics[topic.id] = topic
    return Taxonomy(tuple(topics.values()))


def _topic(table: dict[str, Any], file: Path, line: int) -> Topic:
    def wrong(message: str) -> DataFileError:
        return DataFileError(str(file), line, f"topic {table.get('id', '?')}: {message}")

    for key, kind in _KEYS.items():
        if not isinstance(table.get(key, [] if kind is list else None), kind):
            raise wrong(f"{key} is missing or is no {kind.__name__}")
    if unknown := table.keys() - _KEYS.keys():
        raise wrong(f"unknown key {', '.join(sorted(unknown))}; known are {', '.join(_KEYS)}")
    if not _ID.fullmatch(table["id"]):
        raise wrong("the id must be of lower-case letters, digits and hyphens")
    strong, weak, exclusions = (tuple(table.get(key, ())) for key in ("strong", "weak", "not"))
    for phrase in (*strong, *weak, *exclusions):
        if not _is_cue(phrase):
            raise wrong(f"{phrase!r} is no cue; wanted are words in lower case, with * between words only")
    if not strong and not weak:
        raise wrong("strong and weak are both empty")
    return Topic(table["id"], table["name"], table["description"], strong, weak, exclusions)


def _is_cue(phrase: object) -> bool:
    return (
        isinstance(phrase, str) and bool(phrase.strip()) and phrase == phrase.lower() and phrase.strip("* ") == phrase
    )
