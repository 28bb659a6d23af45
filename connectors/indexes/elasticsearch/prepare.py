"""Makes sure of an index: a single one behind an alias, with our mapping, ready to be written to.

``<prefix>articles`` is the alias, ``<prefix>articles-000001`` the index. An index from an earlier version of Redline
gets the fields that records have gained since; any other difference is an error, since what was written under another
mapping is searched otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from connectors.indexes.elasticsearch.connection import NAME
from connectors.indexes.settings import ElasticsearchSettings
from schemas.errors import RedlineError, UnavailableError
from schemas.mappings import mapping

Properties = Mapping[str, Any]
_PAUSE = 0.05


def alias_of(settings: ElasticsearchSettings, index: str) -> str:
    """The name by which everyone reads and writes ``index``."""
    return settings.prefix + index


def prepare(client: Elasticsearch, settings: ElasticsearchSettings, index: str) -> str:
    """Create ``index`` where it is not there, and wait until it can be used; returns the name of what its alias is of.

    Raises:
        RedlineError: what is there under its name is no single index behind an alias, or has another mapping.
        UnavailableError: it was not ready in time.
    """
    alias = alias_of(settings, index)
    wanted = mapping(index)
    found = _mappings(client, alias)
    if not found:
        create(client, settings, index, f"{alias}-000001", alias)
        found = _mappings(client, alias)
    name = _single(alias, found)
    if missing := _missing(name, wanted, found[name]["mappings"]):
        client.indices.put_mapping(index=name, properties=missing)
    wait(client, name, settings.timeout)
    return name


def index_behind(client: Elasticsearch, alias: str) -> str | None:
    """The name of the index that ``alias`` is of; None where there is none yet.

    Raises:
        RedlineError: what is there under its name is no single index behind an alias.
    """
    found = _mappings(client, alias)
    return _single(alias, found) if found else None


def _single(alias: str, found: Mapping[str, Any]) -> str:
    if len(found) != 1 or alias in found:
        raise RedlineError(
            f"{alias} must be an alias of a single index, and is {_said(alias, found)}; remove that, or set another"
            " prefix"
        )
    return next(iter(found))


def _mappings(client: Elasticsearch, alias: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = client.indices.get_mapping(index=alias).body
    except NotFoundError:
        return {}
    return found


def create(client: Elasticsearch, settings: ElasticsearchSettings, index: str, name: str, alias: str) -> None:
    """Create ``name``, which is to hold what ``index`` does, behind ``alias``, unless it is there."""
    try:
        client.indices.create(
            index=name,
            mappings=mapping(index),
            aliases={alias: {"is_write_index": True}},
            settings={
                "number_of_shards": settings.shards,
                "number_of_replicas": settings.replicas,
                "refresh_interval": f"{round(settings.refresh * 1000)}ms",
                # No record is refused for a number or a time that a field cannot hold: it is kept, and not indexed.
                "mapping.ignore_malformed": True,
            },
        )
    except BadRequestError as error:
        if error.error != "resource_already_exists_exception":  # another process was first
            raise


def wait(client: Elasticsearch, name: str, timeout: float) -> None:
    """Wait until all primary shards can be used. (To wait for ``yellow`` will not do: a new index is, without any.)"""
    deadline = time.monotonic() + timeout
    while True:
        health = client.cluster.health(index=name, level="indices")["indices"][name]
        if health["active_primary_shards"] == health["number_of_shards"]:
            return
        if time.monotonic() > deadline:
            raise UnavailableError(f"{name} is not ready: its health is {health['status']}", NAME)
        time.sleep(_PAUSE)


def _said(alias: str, found: Mapping[str, Any]) -> str:
    if alias in found:
        return "an index itself"
    if not found:
        return f"missing, though there is an index {alias}-000001"
    return f"one of {len(found)}: {', '.join(sorted(found))}"


def _missing(name: str, wanted: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """The fields of records that the index lacks, as properties."""
    have = dict(_leaves(found.get("properties", {})))
    need = dict(_leaves(wanted["properties"]))
    other = [path for path, leaf in need.items() if have.get(path, leaf) != leaf]
    # Also a field that we do not know: what we write could not be found by it.
    other += [path for path in need.keys() ^ have.keys() if path.startswith("q.")]
    if other or found.get("dynamic") != wanted["dynamic"]:
        raise RedlineError(
            f"{name} was made with another mapping ({', '.join(sorted(other)) or 'not strict'}); run: redline reindex"
            " (or start this anew, where Redline was updated meanwhile)"
        )
    return {path: leaf for path, leaf in need.items() if path not in have}


def _leaves(properties: Properties, above: str = "") -> Iterator[tuple[str, Any]]:
    for name, content in properties.items():
        path = above + name
        if "properties" in content:
            yield from _leaves(content["properties"], f"{path}.")
        else:
            yield path, content
