"""Models are listed, installed with their hashes, and every file that is not as it was installed is named."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from pipelines.reading.encoder import ENCODER
from pipelines.reading.models import REUPLOADS
from redline.models import ModelDamagedError, install, known_models, verify
from schemas.errors import ModelMissingError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installed package ``tiny_pipeline`` 1.0 with one file of weights."""
    folder = tmp_path / "tiny_pipeline"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "weights").write_bytes(b"\0" * 1000)
    info = tmp_path / "tiny_pipeline-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-pipeline\nVersion: 1.0\n")
    lines = []
    for file in (folder / "__init__.py", folder / "weights"):
        digest = base64.urlsafe_b64encode(hashlib.sha256(file.read_bytes()).digest()).rstrip(b"=").decode()
        lines.append(f"{file.relative_to(tmp_path)},sha256={digest},{file.stat().st_size}\n")
    (info / "RECORD").write_text("".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_the_pinned_model_is_as_it_was_installed() -> None:
    models = known_models("en_core_web_sm")
    assert [model.name for model in models] == ["en_core_web_sm", ENCODER]
    assert all(model.used and model.found and model.version for model in models)
    assert verify("en_core_web_sm") > 10
    assert verify(ENCODER) > 5


def test_the_model_of_the_settings_stands_beside_the_pinned_ones() -> None:
    models = known_models("my_pipeline")
    assert (models[0].used, models[0].found) == (True, None)
    assert [model.name for model in models] == ["my_pipeline", *REUPLOADS, ENCODER]


def test_a_file_that_was_changed_or_is_missing_is_named(package: Path) -> None:
    assert verify("tiny_pipeline") == 2
    weights = package / "weights"
    weights.write_bytes(b"\0" * 999 + b"\1")
    with pytest.raises(ModelDamagedError, match=r"weights of tiny-pipeline is not as it was installed; run: redline"):
        verify("tiny_pipeline")
    weights.unlink()
    with pytest.raises(ModelDamagedError, match=r"weights of tiny-pipeline is missing"):
        verify("tiny_pipeline")


def test_another_version_than_the_pinned_one(package: Path, tmp_path: Path) -> None:
    assert package
    requirements = tmp_path / "requirements-models.txt"
    requirements.write_text("tiny-pipeline==1.1 \\\n    --hash=sha256:00\n")
    with pytest.raises(ModelDamagedError, match=r"tiny-pipeline is 1\.0, pinned is 1\.1"):
        verify("tiny_pipeline", requirements)


def test_a_folder_has_nothing_to_compare_with(tmp_path: Path) -> None:
    assert verify(str(tmp_path)) == 0


def test_what_cannot_be_installed_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    requirements = tmp_path / "requirements-models.txt"
    requirements.write_text(f"tiny-pipeline==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(ModelMissingError, match=r"could not install the models of requirements-models\.txt: ERROR"):
        install(requirements)
    with pytest.raises(ModelMissingError, match="is not here; run instead"):
        install(tmp_path / "none.txt")
