"""Copies each index into one with the mapping of this version, while others search and write, and moves its alias.

First all documents are copied, then those written meanwhile, until hardly any are. Then the old index takes no more
writes, which those who write take for a server that is busy; the last ones are copied, and the alias is moved in one
step. So nobody ever finds less than was written. The old index goes when nobody reads from it any more.

``marks`` stay where they are: nobody searches them, and the right of an owner hangs on their revisions, which would
begin anew.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import msgspec
from elasticsearch import Elasticsearch

from connectors.indexes.elasticsearch import bulk
from connectors.indexes.elasticsearch.connection import answered, connect
from connectors.indexes.elasticsearch.documents import to_document, to_record
from connectors.indexes.elasticsearch.prepare import alias_of, create, index_behind, wait
from connectors.indexes.progress import Told
from connectors.indexes.settings import ElasticsearchSettings
from schemas.errors import RedlineError
from schemas.records import INDEXES

_AT_ONCE = 200
_FEW = 500
"""So many documents are copied while writers wait."""
_ROUNDS = 20
_SNAPSHOT_KEPT = "5m"
_READERS_S = 60.0
"""How long readers of the old index may take to end."""

Document = dict[str, Any]


def reindex(settings: ElasticsearchSettings, told: Told) -> None:
    """Copy every index but ``marks``, and move its alias.

    Raises:
        RedlineError: an index is not as it must be, or a document cannot be read; its alias is where it was.
        UnavailableError: the server does not answer; what was not finished is where it was.
    """
    with closing(connect(settings)) as client:
        for index in INDEXES:
            if index != "marks":
                with answered(alias_of(settings, index)):
                    _Reindex(client, settings, index, told).run()


class _Reindex:
    """Copying one index."""

    def __init__(self, client: Elasticsearch, settings: ElasticsearchSettings, index: str, told: Told) -> None:
        self._client = client
        self._settings = settings
        self._index = index
        self._told = told
        self._alias = alias_of(settings, index)
        self._building = f"{self._alias}-building"
        self._copied = 0
        self._done: dict[str, int] = {}
        """Of each shard all writes up to this number are in the new index."""

    def run(self) -> None:
        old = index_behind(self._client, self._alias)
        if old is None:
            return  # it is created, as it is to be, when it is first used
        new = following(old)
        # One that was killed may have left its index, and the old one closed to writers.
        self._client.indices.delete(index=new, ignore_unavailable=True)
        self._open(old)
        create(self._client, self._settings, self._index, new, self._building)
        wait(self._client, new, self._settings.timeout)
        for _ in range(_ROUNDS):
            if self._round(old) <= _FEW:
                break
        try:
            self._client.indices.add_block(index=old, block="write")
            self._round(old)
            self._forget_deleted(old, new)
            self._move(old, new)
        except BaseException:
            self._open(old)
            raise
        self._await_readers(old)
        self._client.indices.delete(index=old)

    def _open(self, old: str) -> None:
        """Let ``old`` take writes."""
        self._client.indices.put_settings(index=old, settings={"index.blocks.write": None})

    def _round(self, old: str) -> int:
        """Copy what was written after what is done; returns how many documents."""
        count = 0
        for shard, last in self._written(old).items():
            # What was written up to ``last`` is found from now on.
            self._client.indices.refresh(index=old)
            for batch in _batches(self._client, old, shard, self._done.get(shard, -1)):
                self._write([self._action(each) for each in batch])
                count += len(batch)
                self._copied += len(batch)
                self._told(self._index, self._copied)
            self._done[shard] = last
        return count

    def _written(self, old: str) -> dict[str, int]:
        """Of each shard the number up to which all writes are done."""
        shards = self._client.indices.stats(index=old, level="shards")["indices"][old]["shards"]
        return {
            shard: copy["seq_no"]["local_checkpoint"]
            for shard, copies in shards.items()
            for copy in copies
            if copy["routing"]["primary"]
        }

    def _action(self, document: Document) -> bulk.Action:
        source = document["_source"]
        try:
            record = to_record(self._index, source)
        except msgspec.ValidationError as error:
            raise RedlineError(f"{document['_id']} of {self._alias} cannot be read: {error}") from error
        written = msgspec.convert(source["written"], datetime)
        return bulk.Action(record.id, {"index": {"_id": document["_id"]}}, to_document(self._index, record, written))

    def _forget_deleted(self, old: str, new: str) -> None:
        """Remove what was deleted after it had been copied."""
        self._client.indices.refresh(index=[old, new])
        if self._client.count(index=old)["count"] == self._client.count(index=new)["count"]:
            return
        kept = set(self._ids(old))
        gone = [id_ for id_ in self._ids(new) if id_ not in kept]
        actions = [bulk.Action(id_, {"delete": {"_id": id_}}) for id_ in gone]
        self._write(actions)

    def _write(self, actions: list[bulk.Action]) -> None:
        bulk.write(self._client, self._building, actions, self._settings.patience)

    def _ids(self, name: str) -> Iterator[str]:
        for shard in self._written(name):
            for batch in _batches(self._client, name, shard, -1, source=False):
                yield from (document["_id"] for document in batch)

    def _move(self, old: str, new: str) -> None:
        self._client.indices.refresh(index=new)
        self._client.indices.update_aliases(
            actions=[
                {"add": {"index": new, "alias": self._alias, "is_write_index": True}},
                {"remove": {"index": new, "alias": self._building}},
                {"remove": {"index": old, "alias": self._alias}},
            ]
        )

    def _await_readers(self, old: str) -> None:
        deadline = time.monotonic() + _READERS_S
        while time.monotonic() < deadline:
            stats = self._client.indices.stats(index=old, metric="search")
            if not stats["_all"]["total"]["search"]["open_contexts"]:
                return
            time.sleep(0.5)


def following(name: str) -> str:
    """The name of the index that comes after ``name``: ``redline-articles-000002`` after ``...-000001``."""
    numbered = re.fullmatch(r"(.*-)(\d+)", name)
    if numbered is None:
        return f"{name}-000001"
    return f"{numbered[1]}{int(numbered[2]) + 1:06}"


def _batches(
    client: Elasticsearch, name: str, shard: str, after: int, *, source: bool = True
) -> Iterator[list[Document]]:
    """What one shard holds that was written after the number ``after``, streamed as it was when this began."""
    snapshot = client.open_point_in_time(
        index=name, keep_alive=_SNAPSHOT_KEPT, preference=f"_shards:{shard}", allow_partial_search_results=False
    )["id"]
    try:
        last = None
        while hits := client.search(
            pit={"id": snapshot, "keep_alive": _SNAPSHOT_KEPT},
            query={"range": {"_seq_no": {"gt": after}}},
            sort=["_shard_doc"],
            size=_AT_ONCE,
            search_after=last,
            source=source,
            track_total_hits=False,
        )["hits"]["hits"]:
            yield hits
            last = hits[-1]["sort"]
    finally:
        client.close_point_in_time(id=snapshot)
