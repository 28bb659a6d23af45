"""Kibana's files name only what the mappings have, and the index templates are those mappings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.mappings import mapping

FOLDER = Path(__file__).parents[2] / "infra" / "kibana"
SOURCE = "kibanaSavedObjectMeta"
OBJECTS: list[dict[str, Any]] = [json.loads(line) for line in (FOLDER / "redline.ndjson").read_text().splitlines()]
VIEWS = {each["id"]: each["attributes"] for each in OBJECTS if each["type"] == "index-pattern"}


def leaf(index: str, path: str) -> dict[str, Any]:
    """What the mapping of ``index`` has at ``path``."""
    found: dict[str, Any] = mapping(index)
    for step in path.split("."):
        found = found["properties"][step]
    return found


def named(each: dict[str, Any]) -> Iterator[str]:
    """The fields that a saved object names."""
    attributes = each["attributes"]
    yield from attributes.get("columns", ())
    yield from (field for field, _ in attributes.get("sort", ()))
    for agg in json.loads(attributes.get("visState", '{"aggs": []}'))["aggs"]:
        if agg["type"] != "count":
            yield agg["params"]["field"]
    query = json.loads(attributes[SOURCE]["searchSourceJSON"])["query"]["query"] if SOURCE in attributes else ""
    yield from re.findall(r"(\w+) :", query)


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_view_is_of_an_index_and_its_time_is_a_date(view: dict[str, Any]) -> None:
    assert leaf(view["title"].removeprefix("redline-"), view["timeFieldName"])["type"] == "date"


@pytest.mark.parametrize("each", OBJECTS, ids=lambda each: each["id"])
def test_every_field_and_object_that_is_named_is_there(each: dict[str, Any]) -> None:
    known = {(other["type"], other["id"]) for other in OBJECTS}
    assert {(reference["type"], reference["id"]) for reference in each["references"]} <= known
    views = [reference["id"] for reference in each["references"] if reference["type"] == "index-pattern"]
    for field in named(each):
        leaf(views[0].removeprefix("redline-"), field)


def test_what_is_counted_is_a_keyword() -> None:
    for each in OBJECTS:
        for agg in json.loads(each["attributes"].get("visState", '{"aggs": []}'))["aggs"]:
            if agg["type"] == "terms":
                assert leaf("statements", agg["params"]["field"])["type"] == "keyword"


@pytest.mark.parametrize("index", ["articles", "statements", "claims", "alerts"])
def test_an_index_template_is_the_mapping(index: str) -> None:
    template = json.loads((FOLDER / "index-templates" / f"redline-{index}.json").read_text())
    assert template["index_patterns"] == [f"redline-{index}-*"]
    assert template["template"]["mappings"] == mapping(index)
