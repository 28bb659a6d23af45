"""Saving and removing watches, and telling the matcher about it.

The matcher keeps the watches in memory and reads one small record, the *generation*; it loads them anew when that has
risen. So it is raised only after the change has been written and is visible.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from redline.queries import found, since_query
from schemas.errors import RedlineError
from schemas.ids import stable_id
from schemas.protocols import Index
from schemas.query.parse import parse
from schemas.records import EnrichedArticle, Mark, Record, Statement, Watch

GENERATION = "generation"


class WatchError(RedlineError):
    """A watch cannot be saved or found."""


def new_watch(
    name: str,
    query: str,
    now: datetime,
    *,
    over: Literal["statements", "articles"] = "statements",
    once_per: Literal["claim", "story", "article"] | None = None,
    deliver: Sequence[str] = (),
    when: Literal["now", "hourly", "daily"] = "now",
) -> Watch:
    """A watch made at ``now``; ``once_per`` None means once per claim over statements, once per story over articles.

    Raises:
        QueryError: ``query`` is wrong over ``over``.
        WatchError: ``over`` and ``once_per`` do not go together.
    """
    parse(query, over)
    try:
        return Watch(
            # A watch made anew under an old name alerts anew, so the time is part of its id.
            id=stable_id("watch", name, now.isoformat()),
            name=name,
            query=query,
            created=now,
            over=over,
            once_per=once_per or ("claim" if over == "statements" else "story"),
            deliver=tuple(deliver),
            when=when,
        )
    except ValueError as error:
        raise WatchError(f"watch {name!r}: {error}; choose another --over or --once-per") from error


def list_watches(index: Index) -> list[Watch]:
    """All watches, by name."""
    found = [record for record in index.scan("watches") if isinstance(record, Watch)]
    return sorted(found, key=lambda watch: watch.name)


def find_watch(index: Index, name: str) -> Watch:
    """The watch with this name or id.

    Raises:
        WatchError: there is none; the message lists the names.
    """
    watches = list_watches(index)
    for watch in watches:
        if name in (watch.name, watch.id):
            return watch
    names = ", ".join(watch.name for watch in watches) or "none yet"
    raise WatchError(f"no watch is named {name!r}; there are: {names}")


def add_watch(index: Index, watch: Watch) -> None:
    """Save ``watch`` and have the matcher load it.

    Raises:
        WatchError: another watch has its name.
    """
    if any(watch.name == other.name and watch.id != other.id for other in list_watches(index)):
        raise WatchError(f"a watch named {watch.name!r} is there already; remove it first or choose another name")
    index.upsert("watches", [watch])
    _raise_generation(index)


def remove_watch(index: Index, watch: Watch) -> None:
    """Remove ``watch`` and have the matcher forget it; its alerts stay."""
    index.delete("watches", [watch.id])
    _raise_generation(index)


def met_by(index: Index, watch: Watch, since: str) -> list[Record]:
    """What ``watch`` would have alerted about: the newest record of each claim, story or article, newest first.

    ``since`` is a time of the query language (``now-7d``), the earliest ``first_seen``.
    """
    query = since_query(parse(watch.query, watch.over), since, watch.over)
    met: dict[str, Record] = {}
    for records in found(index, query, 500):
        for record in records:
            met.setdefault(_about(watch, record), record)
    return list(met.values())


def _about(watch: Watch, record: Record) -> str:
    """The id of the claim, story or article that an alert about ``record`` would be once per."""
    if isinstance(record, Statement):
        return (record.claim if watch.once_per == "claim" else record.article) or record.id
    if isinstance(record, EnrichedArticle) and watch.once_per == "story":
        return record.story or record.id
    return record.id


def quieten(index: Index, watch: Watch, until: datetime | None) -> Watch:
    """Have the alerts of ``watch`` held back until ``until`` (None: no longer); returns the watch as it is now.

    Raises:
        WatchError: it was changed or removed meanwhile.
    """
    found = index.get("watches", [watch.id]).get(watch.id)
    quiet = replace(watch, quiet_until=until, version=watch.version + 1)
    if found is None or found.record != watch or index.put("watches", quiet, found.revision) is None:
        raise WatchError(f"watch {watch.name!r} was changed by someone else meanwhile; try again")
    return quiet


def _raise_generation(index: Index) -> None:
    index.refresh("watches")
    while True:
        found = index.get("marks", [GENERATION]).get(GENERATION)
        held = found.record.data.get("n", 0) if found and isinstance(found.record, Mark) else 0
        mark = Mark(id=GENERATION, data={"n": held + 1})
        if index.put("marks", mark, found.revision if found else None) is not None:
            return
