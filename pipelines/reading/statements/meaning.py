"""The meaning of statements as vectors, by which repetitions in other words and languages are recognised."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pipelines.reading.encoder import Encoder
from schemas.records import Statement

_MOST = 127


def with_meaning(statements: Sequence[Statement], encoder: Encoder) -> tuple[Statement, ...]:
    """``statements`` with the vectors of their evidence."""
    vectors = packed([" ".join(piece.text for piece in each.evidence) for each in statements], encoder)
    return tuple(msgspec.structs.replace(each, vector=own) for each, own in zip(statements, vectors, strict=True))


def packed(texts: Sequence[str], encoder: Encoder) -> list[bytes]:
    """The vector of each of ``texts``, a signed byte a number: only its direction counts."""
    if not texts:
        return []
    rows = encoder.encode(texts)
    scaled = np.round(rows / np.abs(rows).max(axis=1, keepdims=True) * _MOST)
    return [row.tobytes() for row in scaled.astype(np.int8)]
