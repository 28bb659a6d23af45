"""The alert rules and the dashboard name only what is exported, with labels and values that it has."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.redline.monitor.counting import exported

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "infra" / "monitoring"
RULES = re.findall(r"- alert: (\w+)\n +expr: (.*?)\n +(?:for|labels):", (FOLDER / "alerts.yaml").read_text(), re.DOTALL)
PANELS: list[dict[str, Any]] = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
EXPRESSIONS = RULES + [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    return exported(tmp_path_factory.mktemp("data"))


@pytest.mark.parametrize(("title", "expression"), EXPRESSIONS, ids=[title for title, _ in EXPRESSIONS])
def test_what_is_asked_for_is_exported(title: str, expression: str, names: dict[str, list[dict[str, str]]]) -> None:
    asked = re.findall(r"(redline_\w+)(?:\{(.*?)\})?", expression)
    assert asked, title
    for name, filters in asked:
        assert name in names, f"{title}: {name}"
        for label, equal, value in re.findall(r'(\w+)(=~|!=|=)"(.*?)"', filters):
            have = {labels.get(label) for labels in names[name]}
            assert set(value.split("|")) <= have, f"{title}: {name} has no {label}{equal}{value}, but {have}"
    grouped = {label for by in re.findall(r"by \((.*?)\)", expression) for label in by.split(", ")}
    assert grouped <= {label for name, _ in asked for labels in names[name] for label in labels}, title


def test_the_readme_names_what_is_exported_and_all_of_it(names: dict[str, list[dict[str, str]]]) -> None:
    told = set(re.findall(r"redline_\w+", (FOLDER / "README.md").read_text()))
    series = {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}
    assert told == series


def test_panels_and_queries_have_names_of_their_own() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    for panel in PANELS:
        assert panel["datasource"]["uid"] == "${datasource}"
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


@pytest.mark.parametrize("words", [("check", "rules"), ("test", "rules")])
def test_promtool_finds_no_fault_and_the_rules_fire_when_they_should(words: tuple[str, str]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not on the PATH")
    file = FOLDER / "alerts.yaml" if words[0] == "check" else HERE / "alerts_test.yaml"
    done = subprocess.run([promtool, *words, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
