"""Finding Java, in made-up folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.errors import MissingToolError
from infra.java import find_java


def runtime(home: Path, version: str) -> Path:
    """A folder that looks like a Java runtime."""
    (home / "bin").mkdir(parents=True)
    java = home / "bin" / "java"
    java.touch()
    java.chmod(0o755)
    (home / "release").write_text(f'IMPLEMENTOR="Someone"\nJAVA_VERSION="{version}"\n')
    return home


def test_java_home_comes_first_where_it_fits(tmp_path: Path) -> None:
    runtime(tmp_path / "jvm" / "jdk-21", "21.0.4")
    mine = runtime(tmp_path / "mine", "25")
    places = [f"{tmp_path}/jvm/*"]
    assert find_java(21, "It", {"JAVA_HOME": str(mine)}, places) == mine
    assert find_java(21, "It", {"JAVA_HOME": str(tmp_path / "nowhere")}, places) == tmp_path / "jvm" / "jdk-21"


@pytest.mark.parametrize(("least", "expected"), [(8, "old"), (17, "jdk-17"), (18, "jdk-21"), (22, "jdk-25")])
def test_the_oldest_that_fits_is_taken(tmp_path: Path, least: int, expected: str) -> None:
    for name, version in {"old": "1.8.0_402", "jdk-17": "17.0.15", "jdk-25": "25-ea", "jdk-21": "21.0.4"}.items():
        runtime(tmp_path / name, version)
    (tmp_path / "empty").mkdir()
    assert find_java(least, "It", {}, [f"{tmp_path}/*"]) == tmp_path / expected


def test_a_link_on_the_path_leads_to_its_runtime(tmp_path: Path) -> None:
    home = runtime(tmp_path / "elsewhere", "21")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(home / "bin" / "java")
    assert find_java(21, "It", {"PATH": str(tmp_path / "bin")}, []) == home


def test_a_missing_java_is_named_with_what_was_found(tmp_path: Path) -> None:
    home = runtime(tmp_path / "jdk-17", "17.0.15")
    with pytest.raises(MissingToolError, match=rf"It needs Java 21 or later \(found: 17 in {home}\): install a JDK"):
        find_java(21, "It", {"JAVA_HOME": str(home)}, [])
    with pytest.raises(MissingToolError, match=r"found: none"):
        find_java(21, "It", {"PATH": ""}, [])
