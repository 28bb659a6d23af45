"""Reads the sample outlets, articles and watches; README.md beside this says what each field means."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from schemas.errors import DataFileError

FOLDER = Path(__file__).parent
T = TypeVar("T")


class Outlet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A publisher with one feed."""

    name: str
    slug: str
    format: Literal["rss", "atom", "json"]
    lang: str
    domain: str


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An article that appears ``at`` seconds after the start; 0: already there, and old."""

    key: str
    outlet: str
    at: int
    title: str
    html: str
    author: str | None = None
    tags: tuple[str, ...] = ()
    corrects: str | None = None


class SampleWatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A watch of the demo."""

    name: str
    query: str
    over: Literal["statements", "articles"]
    once_per: Literal["claim", "story", "article"]


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What Redline should make of one article; ``claim`` is a label."""

    lang: str
    claim: str | None
    alert: bool


class Expectations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What Redline should make of all of them: ``articles`` by key, ``watches`` the matched keys by name."""

    articles: Mapping[str, Expected]
    watches: Mapping[str, tuple[str, ...]]


class Samples(NamedTuple):
    """All that the demo serves and asks for."""

    outlets: tuple[Outlet, ...]
    articles: tuple[Sample, ...]
    watches: tuple[SampleWatch, ...]

    def url(self, article: Sample) -> str:
        """The address of ``article``; a correction has that of the article it corrects."""
        domains = {outlet.slug: outlet.domain for outlet in self.outlets}
        return f"{domains[article.outlet]}/{article.corrects or article.key}"


def load(folder: Path = FOLDER) -> Samples:
    """The samples of ``folder``.

    Raises:
        DataFileError: a file is missing or wrong, or an article names an outlet or an article that is not there.
    """
    outlets = _table(folder / "outlets.toml", "outlet", tuple[Outlet, ...])
    watches = _table(folder / "watches.toml", "watch", tuple[SampleWatch, ...])
    return Samples(outlets, _articles(folder / "articles.jsonl", {outlet.slug for outlet in outlets}), watches)


def load_expected(folder: Path = FOLDER) -> Expectations:
    """``expected.json`` of ``folder``; raises DataFileError where it is missing or wrong."""
    return _decode(folder / "expected.json", None, _read(folder / "expected.json"), Expectations)


def _articles(file: Path, slugs: set[str]) -> tuple[Sample, ...]:
    found: dict[str, Sample] = {}
    for number, line in enumerate(_read(file).splitlines(), start=1):
        article = _decode(file, number, line, Sample)
        if article.outlet not in slugs:
            raise DataFileError(str(file), number, f"there is no outlet {article.outlet!r} in outlets.toml")
        if article.key in found:
            raise DataFileError(str(file), number, f"the key {article.key!r} is taken")
        if article.corrects is not None and article.corrects not in found:
            raise DataFileError(str(file), number, f"no earlier article has the key {article.corrects!r}")
        found[article.key] = article
    return tuple(found.values())


def _table(file: Path, name: str, kind: type[T]) -> T:
    try:
        tables: Any = tomllib.loads(_read(file).decode()).get(name, [])
        return msgspec.convert(tables, kind)
    except (ValueError, msgspec.ValidationError) as error:
        raise DataFileError(str(file), None, str(error)) from error


def _decode(file: Path, line: int | None, body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise DataFileError(str(file), line, str(error)) from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise DataFileError(str(file), None, f"cannot be read: {error.strerror}") from error
