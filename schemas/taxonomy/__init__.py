"""The taxonomy: the topics that an article can be about, each with the words that tell it.

The data is ``topics.toml`` beside this module, and any file of the same form that a user adds. A user's topic works
from a handful of phrases (``strong``), of sentences (``examples``), or both:

    [[topic]]
    id = "grain-exports"
    name = "Grain exports"
    strong = ["grain corridor", "grain deal", "wheat export"]
    examples = ["Ships loaded with maize have been waiting for inspection since Monday."]

Of an example each longer word is a weak cue, and two that stand together are a medium one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import DataFileError

TOPICS = Path(__file__).parent / "topics.toml"
_ID = re.compile(r"[a-z][a-z0-9-]*")
_TEXTS = ("id", "name", "description")
_LISTS = ("strong", "medium", "weak", "not", "examples")
_EXAMPLE_WORD = re.compile(r"[^\W\d_]{4,}")
_EMPTY_WORDS = frozenset((Path(__file__).parent / "empty_words.txt").read_text(encoding="utf-8").split("\n")[1:])
_TOML_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True)
class Topic:
    """One topic. Cues are words in dictionary form, in lower case; ``*`` stands for up to three words.

    A sentence with a ``strong`` cue is about the topic, one with a ``medium`` cue most often is; ``weak`` ones need
    company; ``exclusions`` are phrases within which no word is a cue.
    """

    id: str
    name: str
    description: str
    strong: tuple[str, ...]
    medium: tuple[str, ...]
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


def load_taxonomy(files: Sequence[Path] = ()) -> Taxonomy:
    """Read the built-in topics, then those of a user's ``files``.

    Raises:
        DataFileError: a file or a topic in it is wrong; it names the line.
    """
    topics: dict[str, Topic] = {}
    for file in (TOPICS, *files):
        for line, topic in _topics(file):
            if topic.id in topics:
                raise DataFileError(str(file), line, f"the topic {topic.id!r} is there already")
            topics[topic.id] = topic
    return Taxonomy(tuple(topics.values()))


def load_topics(file: Path) -> tuple[Topic, ...]:
    """Read the topics of one ``file``.

    Raises:
        DataFileError: the file or a topic in it is wrong; it names the line.
    """
    return tuple(topic for _, topic in _topics(file))


def _topics(file: Path) -> Iterator[tuple[int, Topic]]:
    try:
        source = file.read_text(encoding="utf-8")
        tables = tomllib.loads(source).get("topic", [])
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(str(file), None, f"cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        raise DataFileError(str(file), int(found.group(1)) if found else None, str(error)) from error
    lines = [number for number, line in enumerate(source.splitlines(), start=1) if line.strip() == "[[topic]]"]
    if len(lines) != len(tables) or not lines:
        raise DataFileError(str(file), None, "there must be topics, each begun with a line [[topic]]")
    for line, table in zip(lines, tables, strict=True):
        yield line, _topic(table, file, line)


def _topic(table: dict[str, Any], file: Path, line: int) -> Topic:
    def wrong(message: str) -> DataFileError:
        return DataFileError(str(file), line, f"topic {table.get('id', '?')}: {message}")

    if unknown := table.keys() - {*_TEXTS, *_LISTS}:
        raise wrong(f"unknown key {', '.join(sorted(unknown))}; known are {', '.join((*_TEXTS, *_LISTS))}")
    if not all(isinstance(table.get(key), str) for key in ("id", "name")):
        raise wrong("id and name are texts, and must be there")
    if not all(isinstance(table.get(key, []), list) for key in _LISTS):
        raise wrong(f"{', '.join(_LISTS)} are lists")
    if not _ID.fullmatch(table["id"]):
        raise wrong("the id must be of lower-case letters, digits and hyphens")
    strong, medium, weak, exclusions, examples = (tuple(table.get(key, ())) for key in _LISTS)
    for phrase in (*strong, *medium, *weak, *exclusions):
        if not _is_cue(phrase):
            raise wrong(f"{phrase!r} is no cue; wanted are words in lower case, with * between words only")
    if not all(isinstance(example, str) for example in examples):
        raise wrong("examples are sentences")
    if not (strong or medium or weak or examples):
        raise wrong("there are neither cues nor examples")
    pairs, words = _cues_of(examples)
    description = table.get("description", "")
    return Topic(table["id"], table["name"], description, strong, (*medium, *pairs), (*weak, *words), exclusions)


def _cues_of(examples: Sequence[str]) -> tuple[list[str], list[str]]:
    """The cues of a user's example sentences: pairs of words that stand together, and words."""
    pairs, words = dict[str, None](), dict[str, None]()
    for example in examples:
        read = [word.lower() for word in re.findall(r"\w+", example)]
        telling = [bool(_EXAMPLE_WORD.fullmatch(word)) and word not in _EMPTY_WORDS for word in read]
        words |= dict.fromkeys(word for word, tells in zip(read, telling, strict=True) if tells)
        pairs |= dict.fromkeys(
            f"{one} {other}"
            for one, other, *tells in zip(read, read[1:], telling, telling[1:], strict=False)
            if all(tells)
        )
    return list(pairs), list(words)


def _is_cue(phrase: object) -> bool:
    return (
        isinstance(phrase, str) and bool(phrase.strip()) and phrase == phrase.lower() and phrase.strip("* ") == phrase
    )
