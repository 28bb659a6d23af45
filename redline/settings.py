"""The settings: one typed object, read once from ``redline.toml`` and the environment.

The sections are frozen structs that live with their parts; this module only composes them. An environment variable
``REDLINE_<SECTION>_<KEY>`` overrides a key: taken as it stands where the key is a text or a path, otherwise written as
in the file (``REDLINE_READING_LANGUAGES='["en", "ru"]'``). ``REDLINE_DATA`` overrides ``data``. An unknown key or
variable is refused with the nearest right one, and so is a value of the wrong type.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from connectors.channels.settings import NotifySettings
from connectors.feeds.settings import FetchSettings
from connectors.indexes.settings import ElasticsearchSettings
from connectors.logs.settings import KafkaSettings
from pipelines.reading.settings import ReadingSettings
from pipelines.settings import ProcessSettings
from redline.monitor.settings import MonitorSettings
from schemas.errors import DataFileError, RedlineError

DEFAULT_FILE = "redline.toml"
PREFIX = "REDLINE_"
NOT_SETTINGS = frozenset({"REDLINE_CONFIG", "REDLINE_SUPERVISED"})
"""Variables of our own that are no keys."""


_PLAIN = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}
"""What msgspec calls the types, in words of the file."""


class SettingsError(RedlineError):
    """An environment variable or the choice of the settings file is wrong."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All that one can set. ``data`` is the folder of the embedded log and index and of the feeds' state.

    With ``kafka`` and ``elasticsearch`` log and index are on these servers instead; they are set together.
    """

    data: Path = Path("data")
    feeds: FetchSettings = FetchSettings()
    reading: ReadingSettings = ReadingSettings()
    process: ProcessSettings = ProcessSettings()
    notify: NotifySettings = NotifySettings()
    monitor: MonitorSettings = MonitorSettings()
    kafka: KafkaSettings | None = None
    elasticsearch: ElasticsearchSettings | None = None


class _Origin(NamedTuple):
    """Where a value stands: a variable, or a file and line."""

    name: str
    line: int | None

    def error(self, message: str) -> RedlineError:
        if self.line is None:
            return SettingsError(f"{self.name}: {message}")
        return DataFileError(self.name, self.line, message)


def load(file: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings of ``file`` (None: ``REDLINE_CONFIG``, else ``redline.toml`` where there is one) and ``environ``.

    Raises:
        DataFileError: the file is missing or no TOML, or has an unknown key or a value of the wrong type.
        SettingsError: a variable ``REDLINE_...`` is unknown or of the wrong type.
    """
    values: dict[str, Any] = {}
    origins: dict[tuple[str, ...], _Origin] = {}
    path = _find(file, environ)
    if path is not None:
        values = _read(path)
        text = path.read_text(encoding="utf-8")
        for keys in _paths(values):
            origins[keys] = _Origin(str(path), _line_of(text, keys))
    for name, keys, value in _variables(environ):
        _put(values, keys, value)
        origins[keys] = _Origin(name, None)
    _refuse_unknown(values, inspect.type_info(Settings), (), origins)
    for section, other in (("kafka", "elasticsearch"), ("elasticsearch", "kafka")):
        if section in values and other not in values:
            raise _origin_of([section], origins)[1].error(
                f"[{section}] needs [{other}] beside it, even if that is empty"
            )
    try:
        return msgspec.convert(values, Settings, dec_hook=_to_path)
    except msgspec.ValidationError as error:
        raise _explain(error, values, origins) from error


def _find(file: Path | None, environ: Mapping[str, str]) -> Path | None:
    if file is not None:
        return file
    if chosen := environ.get("REDLINE_CONFIG"):
        return Path(chosen)
    default = Path(DEFAULT_FILE)
    return default if default.exists() else None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise DataFileError(str(path), int(line[1]) if line else None, f"not TOML: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(str(path), None, f"cannot be read: {error}") from error


def variables(kind: type[msgspec.Struct] = Settings) -> dict[str, tuple[str, ...]]:
    """Every environment variable that overrides a setting, and the keys of that setting."""
    names: dict[str, tuple[str, ...]] = {}
    for field in _fields(inspect.type_info(kind)).values():
        section: tuple[str, ...] = (field.encode_name,)
        for keys in [(*section, name) for name in _fields(field.type)] or [section]:
            names[PREFIX + "_".join(keys).upper()] = keys
    return names


def _variables(environ: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """The variables that are set, with the keys and the value that each stands for."""
    known = variables()
    for name, raw in sorted(environ.items()):
        if not name.startswith(PREFIX) or name in NOT_SETTINGS:
            continue
        if name not in known:
            raise SettingsError(f"environment variable {name} is unknown{_nearest(name, known)}")
        keys = known[name]
        yield name, keys, raw if _is_text(_type_at(keys)) else _parse(raw)


def _parse(raw: str) -> Any:
    try:
        return tomllib.loads(f"value = {raw}")["value"]
    except tomllib.TOMLDecodeError:
        return raw  # the type check that follows names the variable and what it expects


def _refuse_unknown(
    value: Any, kind: inspect.Type, keys: tuple[str, ...], origins: Mapping[tuple[str, ...], _Origin]
) -> None:
    """Walk ``value`` beside its type and refuse the first key that the type does not have."""
    fields = _fields(kind)
    if not fields or not isinstance(value, dict):
        return
    for name, inner in value.items():
        path = (*keys, name)
        if name not in fields:
            where = f" in [{'.'.join(keys)}]" if keys else ""
            raise origins[path].error(f"unknown key {name!r}{where}{_nearest(name, fields)}")
        _refuse_unknown(inner, fields[name].type, path, origins)


def _explain(
    error: msgspec.ValidationError, values: Mapping[str, Any], origins: Mapping[tuple[str, ...], _Origin]
) -> RedlineError:
    """The error for a wrong value: it names the key, the value and what is expected."""
    message, _, where = str(error).partition(" - at `$.")
    named = [key for key in re.sub(r"\[[^\]]*\].*", "", where).rstrip("`").split(".") if key]
    keys, origin = _origin_of(named, origins)
    value: Any = values
    for key in keys:
        value = value[key]
    plain = re.sub(r"`(\w+)`", lambda word: _PLAIN.get(word[1], word[1]), message[:1].lower() + message[1:])
    # A whole section is not repeated: there may be a password in it.
    shown = "" if len(keys) == 1 and isinstance(value, dict) else f" = {value!r}"
    return origin.error(f"{'.'.join(keys)}{shown}: {plain}")


def _origin_of(named: list[str], origins: Mapping[tuple[str, ...], _Origin]) -> tuple[tuple[str, ...], _Origin]:
    """The keys nearest to ``named`` that stand somewhere, and where: of a section that is only in variables, its."""
    above = [path for path in origins if list(path) == named[: len(path)]]
    within = [path for path in origins if list(path[: len(named)]) == named]
    keys = max(above, key=len) if above else within[0]
    return keys if above else tuple(named), origins[keys]


def _fields(kind: inspect.Type) -> dict[str, inspect.Field]:
    """The fields of a struct (or nothing) by their names in the file; none for any other type."""
    if isinstance(kind, inspect.UnionType):
        return {name: field for one in kind.types for name, field in _fields(one).items()}
    return {field.encode_name: field for field in kind.fields} if isinstance(kind, inspect.StructType) else {}


def _type_at(keys: tuple[str, ...]) -> inspect.Type:
    kind: inspect.Type = inspect.type_info(Settings)
    for key in keys:
        kind = _fields(kind)[key].type
    return kind


def _is_text(kind: inspect.Type) -> bool:
    """Whether a variable for ``kind`` is taken as it stands: a text, a path, or either of them or nothing."""
    if isinstance(kind, inspect.UnionType):
        return all(isinstance(one, inspect.NoneType) or _is_text(one) for one in kind.types)
    return isinstance(kind, inspect.StrType | inspect.CustomType | inspect.LiteralType)


def _to_path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str) and value:
        return Path(value)
    raise TypeError(f"expected {'a path' if kind is Path else kind.__name__}")


def _paths(values: Mapping[str, Any], prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The keys of every value, tables and what is in them."""
    for name, value in values.items():
        yield (*prefix, name)
        if isinstance(value, dict):
            yield from _paths(value, (*prefix, name))


def _line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line (from 1) at which the value of ``keys`` begins in ``text``; of its table where it is not found."""
    table: tuple[str, ...] = ()
    best = 1
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+([^\]]+)\]", line):
            table = _split(header[1])
            names = table
        elif pair := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            names = (*table, *_split(pair[1]))
        else:
            continue
        if names[: len(keys)] == keys:
            return number
        if names and names == keys[: len(names)]:
            best = number
    return best


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _put(values: dict[str, Any], keys: tuple[str, ...], value: Any) -> None:
    *tables, last = keys
    for key in tables:
        inner = values.setdefault(key, {})
        if not isinstance(inner, dict):
            return  # the type check refuses what stands in the file there
        values = inner
    values[last] = value


def _nearest(name: str, names: Iterable[str]) -> str:
    """``, did you mean ...?`` with the nearest of ``names``, or all of them where none is near."""
    known = sorted(names)
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return f", did you mean {near[0]!r}?" if near else f"; known are: {', '.join(known)}"
