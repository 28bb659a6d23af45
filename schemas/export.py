"""Exports the records as JSON Schema files, and refuses a change that an old reader or writer would choke on.

Readers ignore unknown fields and new fields are optional. So a change breaks someone when a required field goes or is
added, when a field goes or becomes required, or when its type or allowed values change. A change that is meant to break
raises the number in the record's schema name (``article/2``), and gets a file of its own.

Usage: ``python -m schemas.export`` writes ``schemas/json/``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from schemas.errors import RedlineError
from schemas.records import INDEXES, Article, Record, Replay

FOLDER = Path(__file__).with_name("json")
_NOTES = {"title", "description", "default"}

Schema = dict[str, Any]


def schema_files() -> dict[str, Schema]:
    """The JSON Schema of every record as it is now, by file name (``article-1.json``)."""
    kinds: tuple[type[Record], ...] = (Article, Replay, *INDEXES.values())
    return {file_name(kind): json.loads(msgspec.json.encode(msgspec.json.schema(kind))) for kind in kinds}


def file_name(kind: type[Record]) -> str:
    """The name of the file that holds the schema of ``kind``."""
    return f"{str(kind.__struct_config__.tag).replace('/', '-')}.json"


def breaks(old: Schema, new: Schema) -> list[str]:
    """What in ``new`` an old reader or an old writer would choke on, each with the path of the field; [] if nothing."""
    return [
        problem
        for name in sorted(old["$defs"].keys() & new["$defs"].keys())
        for problem in _breaks_of(name, old["$defs"][name], new["$defs"][name])
    ]


def _breaks_of(path: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = old.get("properties"), new.get("properties")
    if before is None or after is None:
        if _bare(old) != _bare(new):
            yield f"{path}: its type has changed"
        return
    for name in sorted(before.keys() - after.keys()):
        yield f"{path}.{name}: is gone"
    for name in sorted(before.keys() & after.keys()):
        if _bare(before[name]) != _bare(after[name]):
            yield f"{path}.{name}: its type or its allowed values have changed"
    required_before, required_after = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(required_after - required_before):
        yield f"{path}.{name}: is required now; an old writer leaves it out"
    for name in sorted(required_before - required_after):
        yield f"{path}.{name}: is no longer required; an old reader needs it"


def _bare(schema: Any) -> Any:
    """``schema`` without what says nothing about the values: titles, descriptions, defaults."""
    if isinstance(schema, dict):
        return {key: _bare(value) for key, value in schema.items() if key not in _NOTES}
    return [_bare(each) for each in schema] if isinstance(schema, list) else schema


def export(folder: Path = FOLDER) -> list[str]:
    """Write the schemas into ``folder``; returns the names of the files that changed.

    Raises:
        RedlineError: a change would break an old reader or writer of a file that is there; nothing is written.
    """
    files = schema_files()
    problems = [
        f"{name}: {problem}"
        for name, schema in files.items()
        if (folder / name).exists()
        for problem in breaks(json.loads((folder / name).read_text(encoding="utf-8")), schema)
    ]
    if problems:
        raise RedlineError("; ".join(problems) + ". Keep the field, or raise the number in the record's tag.")
    folder.mkdir(exist_ok=True)
    changed = [name for name, schema in files.items() if _write(folder / name, schema)]
    return sorted(changed)


def _write(file: Path, schema: Schema) -> bool:
    text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return False
    file.write_text(text, encoding="utf-8")
    return True


def main() -> int:
    """Export, and say what changed."""
    try:
        changed = export()
    except RedlineError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    print(f"{len(changed)} changed: {', '.join(changed)}" if changed else "no schema has changed")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
