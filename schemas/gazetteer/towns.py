"""The towns of the world: names that tell what a name of unknown type is likely to be, and no more (no ids, no sides).

``data/towns.txt`` has one name a line, as ``name_key`` folds it.
"""

from __future__ import annotations

from pathlib import Path

from schemas.errors import DataFileError
from schemas.gazetteer import name_key

TOWNS = Path(__file__).parent / "data" / "towns.txt"


class Towns:
    """The names of towns, in any spelling of case, accents and hyphens."""

    def __init__(self, file: Path = TOWNS) -> None:
        """Read ``file``.

        Raises:
            DataFileError: it cannot be read.
        """
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise DataFileError(str(file), None, f"cannot be read: {error}") from error
        self._names = frozenset(line for line in lines if line and not line.startswith("#"))

    def __contains__(self, name: str) -> bool:
        return name_key(name) in self._names
