"""Is this installation able to run? Each part is tried, and what is wrong comes with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import msgspec

from redline.homes import EmbeddedHomes, ServerHomes, homes_of
from redline.settings import Settings, load
from schemas.errors import FeedError, RedlineError


class Check(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part that was tried. ``found`` says in one line what is there, or what is wrong and what to do."""

    part: str
    ok: bool
    found: str


def examine(config: Path | None, environ: Mapping[str, str]) -> Iterator[Check]:
    """Try every part in turn: packages, settings, models, log, index, feeds.

    With wrong settings the parts that depend on them are left out.
    """
    yield _try("packages", _packages)
    try:
        settings = load(config, environ)
    except RedlineError as error:
        yield Check(part="settings", ok=False, found=str(error))
        return
    yield Check(part="settings", ok=True, found=f"data in {settings.data.absolute()}")
    homes = homes_of(settings)
    yield _try("models", lambda: _models(settings))
    yield _try("log", lambda: _log(homes))
    yield _try("index", lambda: _index(homes))
    yield _try("feeds", lambda: _feeds(homes))


def _try(part: str, look: Callable[[], str]) -> Check:
    try:
        return Check(part=part, ok=True, found=look())
    except (RedlineError, OSError) as error:
        return Check(part=part, ok=False, found=str(error))


def _packages() -> str:
    """The version of each of our requirements that is installed; one that is missing is an error."""
    from packaging.requirements import Requirement

    wanted = [Requirement(line) for line in requires("redline-monitor") or ()]
    wanted = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    for one in wanted:
        try:
            found = version(one.name)
        except PackageNotFoundError as error:
            raise RedlineError(f"{one.name} is not installed; run: pip install -r requirements.txt") from error
        if not one.specifier.contains(found, prereleases=True):
            raise RedlineError(f"{one.name} {found} is not {one.specifier}; run: pip install -r requirements.txt")
    return f"{len(wanted)} requirements installed"


def _models(settings: Settings) -> str:
    from pipelines.reading.models import load_model

    nlp = load_model(settings.reading)
    return f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"


def _log(homes: EmbeddedHomes | ServerHomes) -> str:
    with closing(homes.log()) as log:
        appended = sum(log.end("articles", one) for one in range(log.partitions("articles")))
    return f"{appended} articles ever appended"


def _index(homes: EmbeddedHomes | ServerHomes) -> str:
    with closing(homes.index()) as index:
        index.search("articles", None, limit=1)
        return f"{index.count('articles')} articles, {index.count('watches')} watches"


def _feeds(homes: EmbeddedHomes | ServerHomes) -> str:
    with closing(homes.feeds()) as state:
        feeds = state.feeds()
    if not feeds:
        return "none yet; add some: redline feeds add URL, or redline feeds import FILE.opml"
    failing = [feed for feed in feeds if feed.failing_since]
    if len(failing) == len(feeds):
        raise FeedError(f"all {len(feeds)} fail, {feeds[0].url}: {feeds[0].error}; see that this machine has a network")
    return f"{len(feeds)}, of them failing: {len(failing)} (redline status names them)"
