"""The exported JSON Schemas are those of the records, and a change that breaks someone is refused."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from schemas.errors import RedlineError
from schemas.export import FOLDER, breaks, export, schema_files


class Before(msgspec.Struct, tag="thing/1", tag_field="schema"):
    name: str
    count: int | None = None


class Grown(msgspec.Struct, tag="thing/1", tag_field="schema"):
    name: str
    count: int | None = None
    colour: str | None = None


class Demanding(msgspec.Struct, tag="thing/1", tag_field="schema"):
    name: str
    colour: str
    count: int | None = None


class Shrunk(msgspec.Struct, tag="thing/1", tag_field="schema"):
    name: str


class Retyped(msgspec.Struct, tag="thing/1", tag_field="schema"):
    name: str
    count: str | None = None


class Relaxed(msgspec.Struct, tag="thing/1", tag_field="schema"):
    name: str | None = None
    count: int | None = None


def _between(before: type, after: type) -> list[str]:
    old = json.dumps(msgspec.json.schema(before)).replace(before.__name__, "Thing")
    new = json.dumps(msgspec.json.schema(after)).replace(after.__name__, "Thing")
    return breaks(json.loads(old), json.loads(new))


def test_the_files_are_those_of_the_records() -> None:
    stored = {file.name: json.loads(file.read_text(encoding="utf-8")) for file in FOLDER.glob("*.json")}
    assert stored == schema_files(), "run `make schemas`"


def test_a_new_optional_field_breaks_nobody() -> None:
    assert _between(Before, Grown) == []


@pytest.mark.parametrize(
    ("after", "path"),
    [(Demanding, "Thing.colour"), (Shrunk, "Thing.count"), (Retyped, "Thing.count"), (Relaxed, "Thing.name")],
)
def test_what_would_break_someone_is_named(after: type, path: str) -> None:
    problems = _between(Before, after)
    assert any(problem.startswith(path) for problem in problems), problems


def test_export_refuses_to_overwrite_a_schema_with_one_that_breaks(tmp_path: Path) -> None:
    export(tmp_path)
    file = tmp_path / "article-1.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    schema["$defs"]["Article"]["required"].append("title")
    file.write_text(json.dumps(schema), encoding="utf-8")
    with pytest.raises(RedlineError, match=r"article-1.json: Article.title: is no longer required"):
        export(tmp_path)
