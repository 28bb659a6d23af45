import tomllib
from pathlib import Path

import pytest

from redline.demo.run import SETTINGS, DemoError, prepare
from redline.settings import load


def test_a_new_folder_is_made_with_settings_that_load(tmp_path: Path) -> None:
    folder = tmp_path / 'odd "name' / "demo"
    prepare(folder)
    assert tomllib.loads((folder / SETTINGS).read_text())["data"] == str(folder)
    settings = load(folder / SETTINGS, {})
    assert (settings.data, settings.feeds.interval) == (folder, 1)


def test_the_files_of_an_earlier_demo_go(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "log.sqlite").write_text("old")
    prepare(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [SETTINGS]


def test_data_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite").write_text("dear")
    with pytest.raises(DemoError, match="not the demo's"):
        prepare(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["log.sqlite"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DemoError, match="REDLINE_DATA"):
        prepare(tmp_path / "file" / "demo")
