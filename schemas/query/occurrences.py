"""Where the words of one clause stand in the words of one field: single words, phrases, proximities and beginnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from schemas.query.tree import Prefix, Words

Places = Mapping[str, Sequence[int]]
"""The positions of each word of a field, counted from 0 and rising."""


def places(tokens: Iterable[str]) -> dict[str, list[int]]:
    """The positions of each word of ``tokens``."""
    found: dict[str, list[int]] = {}
    for position, token in enumerate(tokens):
        found.setdefault(token, []).append(position)
    return found


def occurrences(clause: Words | Prefix, places: Places) -> Iterator[tuple[int, ...]]:
    """The positions, in rising order, of the words of each place in the field at which ``clause`` is met.

    ``places`` are those of the field's words, for a ``Prefix`` of its folded words.
    """
    if isinstance(clause, Prefix):
        return _beginnings(clause.start, places)
    if not all(token in places for token in clause.tokens):
        return iter(())
    if clause.slop is None:
        return _phrases(clause.tokens, places)
    return _proximities(clause.tokens, clause.slop, places)


def _beginnings(start: str, places: Places) -> Iterator[tuple[int, ...]]:
    for token, positions in places.items():
        if token.startswith(start):
            yield from ((position,) for position in positions)


def _phrases(tokens: Sequence[str], places: Places) -> Iterator[tuple[int, ...]]:
    later = [(ahead, set(places[token])) for ahead, token in enumerate(tokens) if ahead]
    for first in places[tokens[0]]:
        if all(first + ahead in positions for ahead, positions in later):
            yield tuple(range(first, first + len(tokens)))


def _proximities(tokens: Sequence[str], slop: int, places: Places) -> Iterator[tuple[int, ...]]:
    """One for each word that can be the last: with the nearest of each other word before it."""
    nearest: dict[str, int] = {}
    for position, token in sorted((position, word) for word in tokens for position in places[word]):
        nearest[token] = position
        if len(nearest) == len(tokens) and position - min(nearest.values()) < len(tokens) + slop:
            yield tuple(sorted(nearest.values()))
