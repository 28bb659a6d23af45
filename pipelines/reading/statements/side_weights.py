"""What each tie of a side to a sentence is worth: for whom one speaks there, and whom the words are meant for.

``side_weights.json`` holds what training found (``make models``).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from pipelines.weights import load_weights

SIDE_WEIGHTS = Path(__file__).parent / "side_weights.json"


class SideWeights(msgspec.Struct, frozen=True):
    """``trained_on`` is the hash of the labelled texts; ``speaks`` and ``meant`` lead from a tie to its weight.

    ``bias`` belongs to ``meant``, whose sum is the log odds that a side is meant.
    """

    trained_on: str
    speaks: dict[str, float]
    meant: dict[str, float]
    bias: float


@cache
def load_side_weights(file: Path = SIDE_WEIGHTS) -> SideWeights:
    """The weights in ``file``.

    Raises:
        DataFileError: the file is missing or holds none.
    """
    return load_weights(file, SideWeights, "model of sides")
