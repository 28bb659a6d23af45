"""Loads what ``make models`` learnt: weights as JSON files beside the code that uses them."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from schemas.errors import DataFileError

T = TypeVar("T")


def load_weights(file: Path, kind: type[T], what: str) -> T:
    """The ``kind`` that ``file`` holds; ``what`` says in an error what is missing.

    Raises:
        DataFileError: the file is missing or holds none.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        raise DataFileError(str(file), None, f"no {what}: {error}; make it again: make models") from error
