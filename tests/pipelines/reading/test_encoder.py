"""The sentence encoder: like sentences get like vectors, no thread is added, and a missing one says what to do."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from pipelines.reading import encoder
from pipelines.reading.encoder import load_encoder, resolve_encoder
from schemas.errors import ModelMissingError


def test_like_sentences_get_like_vectors_of_length_one() -> None:
    threads = threading.active_count()
    vectors = load_encoder().encode(
        ["We will sink the ship.", "The vessel will be sent to the bottom.", "Tomatoes were cheap on the market."]
    )
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-3)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert threading.active_count() == threads


def test_a_missing_encoder_names_the_command_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "_MODULE", "use_none")
    with pytest.raises(ModelMissingError, match="not installed; run: redline models install"):
        resolve_encoder()
