"""How far a re-indexing is, as both homes tell it."""

from __future__ import annotations

from collections.abc import Callable

Told = Callable[[str, int], object]
"""Called with the name of an index and how many of its records were copied by then."""
