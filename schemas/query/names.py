"""Finds the field, and its value, that a query names; what is not known is refused with the nearest right one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from schemas.query.fields import FIELDS, Field, fields_of, has_values
from schemas.query.project import exact_value
from schemas.taxonomy import load_taxonomy


def known_field(name: str, index: str) -> Field:
    """The field ``name`` of ``index``.

    Raises:
        ValueError: there is none; the message names the nearest one, or the indexes that have it.
    """
    fields = fields_of(index)
    if name in fields:
        return fields[name]
    elsewhere = [other for field in FIELDS if field.name == name for other in field.indexes]
    if elsewhere:
        raise ValueError(f"{index} have no field {name!r}; it is asked over {' and '.join(elsewhere)}")
    raise ValueError(f"there is no field {name!r}{_nearest(name, fields)}")


def known_value(field: Field, index: str, value: str) -> str:
    """``value`` of a field of names or exact values, as ``schemas.query.project`` writes it.

    Raises:
        ValueError: nothing is left of it to seek, or the field can never hold it; the message names the nearest.
    """
    exact = exact_value(value)
    if not exact:
        raise ValueError("there is nothing to seek here")
    if field.name == "topic":
        exact, values = _topics().get(exact, exact), tuple(_topics().values())
    elif field.name == "kind":
        exact, values = exact.replace("␣", "_"), field.values
    else:
        values = has_values(index) if field.kind == "has" else field.values
    if values and exact not in values:
        raise ValueError(f"{field.name} is never {value!r}{_nearest(exact, values)}")
    return exact


@cache
def _topics() -> dict[str, str]:
    """The id of each topic, by id and by name."""
    return {exact_value(name): topic.id for topic in load_taxonomy().topics for name in (topic.name, topic.id)}


def _nearest(name: str, known: Iterable[str]) -> str:
    known = sorted(set(known))
    near = get_close_matches(name.casefold(), known, n=1)
    return f": did you mean {near[0]!r}?" if near else f"; there are: {', '.join(known)}"
