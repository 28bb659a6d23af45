"""Every mapping has exactly the fields of its records, and those of the query language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import inspect

from schemas.mappings import mapping
from schemas.query.fields import fields_of
from schemas.records import INDEXES

OURS = ("written", "token", "q")


def fields(kind: inspect.Type, above: str = "") -> Iterator[str]:
    """The paths of all fields of a type of record."""
    for part in kind.types if isinstance(kind, inspect.UnionType) else (kind,):
        inner = part.item_type if isinstance(part, inspect.VarTupleType) else part
        if isinstance(inner, inspect.StructType):
            if inner.tag_field:
                yield f"{above}schema"
            for field in inner.fields:
                path = above + field.encode_name
                below = list(fields(field.type, f"{path}."))
                yield from below or [path]


def mapped(properties: dict[str, Any], above: str = "") -> Iterator[str]:
    for name, content in properties.items():
        yield from mapped(content["properties"], f"{above}{name}.") if "properties" in content else [above + name]


@pytest.mark.parametrize("index", INDEXES)
def test_records_and_mapping_have_the_same_fields(index: str) -> None:
    properties = mapping(index)["properties"]
    have = set(mapped({name: content for name, content in properties.items() if name not in OURS}))
    whole = {path for path in have if inner(properties, path).get("enabled") is False}
    need = set()
    for path in fields(inspect.type_info(INDEXES[index])):
        above = next((each for each in whole if path.startswith(f"{each}.")), path)
        need.add(above)
    assert have == need


@pytest.mark.parametrize("index", INDEXES)
def test_the_query_language_and_mapping_have_the_same_fields(index: str) -> None:
    parts = {"words": ("words", "folded"), "name": ("exact",), "exact": ("exact",), "has": ("exact",)}
    parts |= {"number": ("numbers",), "time": ("numbers",)}
    need = {f"{part}.{name}" for name, field in fields_of(index).items() for part in parts[field.kind]}
    assert set(mapped(mapping(index)["properties"]["q"]["properties"])) == need | {"first_seen"}


@pytest.mark.parametrize("index", INDEXES)
def test_nothing_else_is_taken_and_nothing_too_long_is_indexed(index: str) -> None:
    content = mapping(index)
    assert content["dynamic"] == "strict"
    assert content["_source"] == {"excludes": ["q"]}
    for path in mapped(content["properties"]):
        leaf = inner(content["properties"], path)
        if leaf["type"] == "keyword" and not path.startswith("q.") and leaf.get("index", True):
            assert leaf["ignore_above"] <= 32766 // 4


def inner(properties: dict[str, Any], path: str) -> dict[str, Any]:
    first, _, rest = path.partition(".")
    content: dict[str, Any] = properties[first]
    return inner(content["properties"], rest) if rest else content
