"""``ElasticsearchIndex``: the records of all indexes in one cluster, written, read by id, searched and scanned.

Versions are compared by us, with the stored record's, and a write goes through only if that is still the stored one.
The server could compare versions itself, but with a counter of its own, which creating, ``put`` and deleting move too:
a record that was just deleted could not be written anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from elasticsearch import ConflictError

from connectors.indexes.elasticsearch import bulk
from connectors.indexes.elasticsearch.connection import NAME, answered, connect, reason
from connectors.indexes.elasticsearch.documents import document_id, to_document, to_record
from connectors.indexes.elasticsearch.prepare import alias_of, prepare
from connectors.indexes.elasticsearch.search import Search
from connectors.indexes.elasticsearch.tokens import Tokens
from connectors.indexes.elasticsearch.translate import relevance, translate
from connectors.indexes.settings import ElasticsearchSettings
from schemas.errors import UnavailableError
from schemas.ids import stable_id
from schemas.protocols import Found, Page, Sort
from schemas.query.fields import exact_fields
from schemas.query.tree import Query
from schemas.records import INDEXES, Record
from schemas.times import to_micros

_READ_AT_ONCE = 500
_SCANNED_AT_ONCE = 200
_SNAPSHOT_KEPT = "5m"


class Revision(NamedTuple):
    """Which write a record is from, and when the record was first written."""

    seq_no: int
    primary_term: int
    written: datetime


class Stored(NamedTuple):
    """What a write must know of a record that is there."""

    revision: Revision
    version: int


class ElasticsearchIndex:
    """An ``Index`` (see ``schemas.protocols``) in the cluster of ``settings``; indexes are created when first used.

    For records without ``first_seen`` the time of their first writing takes its place. May be used from any thread.
    """

    def __init__(self, settings: ElasticsearchSettings, clock: Callable[[], datetime]) -> None:
        """Nothing is asked of the server yet; ``clock`` tells what ``now`` is."""
        self._settings = settings
        self._clock = clock
        self._client = connect(settings)
        self._lock = threading.Lock()
        self._prepared: dict[str, str] = {}
        """The name of the index that each alias is of."""
        self._tokens = Tokens()

    def prepare(self) -> None:
        """Create the indexes that are not there yet.

        Raises:
            RedlineError: one that is there is not as it must be; the message says what to do.
        """
        for index in INDEXES:
            self._alias(index)

    def upsert(self, index: str, records: Sequence[Record]) -> None:
        """Write ``records`` by id; one whose ``version`` is below the stored one is left out silently."""
        pending: dict[str, Record] = {}
        for record in _of(index, records):
            if record.id not in pending or _version(record) >= _version(pending[record.id]):
                pending[record.id] = record
        # Most records are new: the server is asked what it holds only about those that it finds there.
        stored: dict[str, Stored] = {}
        while pending:
            actions = [self._write(index, record, stored.get(id_)) for id_, record in pending.items()]
            statuses = self._do(index, actions)
            refused = [id_ for id_, status in statuses.items() if status == bulk.CONFLICT]
            stored = self._stored(index, refused) if refused else {}
            pending = {id_: pending[id_] for id_ in refused if not _is_older(pending[id_], stored.get(id_))}

    def create(self, index: str, records: Sequence[Record]) -> set[str]:
        """Write those of ``records`` whose id is not there yet; returns the ids that were new.

        After an UnavailableError some may have been written; those are among the new when this is tried again.
        """
        first = list({record.id: record for record in reversed(_of(index, records))}.values())[::-1]
        with self._tokens.given(index, first) as tokens:
            actions = [self._write(index, record, None, tokens[record.id]) for record in first]
            statuses = self._do(index, actions)
            there = [id_ for id_, status in statuses.items() if status == bulk.CONFLICT]
            return (statuses.keys() - set(there)) | self._own(index, there, tokens).keys()

    def put(self, index: str, record: Record, seen: object | None) -> object | None:
        """Write ``record`` if its stored revision is still ``seen`` (None: not there yet); returns the new one.

        After an UnavailableError it may have been written; the same put tried again then returns the revision.
        """
        alias = self._alias(index)
        _of(index, [record])
        if seen is not None and not isinstance(seen, Revision):
            raise TypeError(f"{seen!r} is no revision of this index")
        written = self._clock() if seen is None else seen.written
        condition: dict[str, Any] = {"op_type": "create"}
        if seen is not None:
            condition = {"if_seq_no": seen.seq_no, "if_primary_term": seen.primary_term}
        with self._tokens.given(index, [record], seen) as tokens:
            document: Any = to_document(index, record, written, tokens[record.id])
            with answered(alias):
                try:
                    answer = self._client.index(
                        index=alias, id=document_id(record.id), document=document, require_alias=True, **condition
                    )
                except ConflictError:
                    return self._own(index, [record.id], tokens).get(record.id)
        return Revision(answer["_seq_no"], answer["_primary_term"], written)

    def get(self, index: str, ids: Iterable[str]) -> dict[str, Found]:
        """The records of ``ids`` by id; those not there are absent."""
        found = {}
        for document in self._documents(index, list(dict.fromkeys(ids)), source=True):
            record = to_record(index, document["_source"])
            found[record.id] = Found(record, _revision(document))
        return found

    def search(
        self,
        index: str,
        query: Query | None,
        *,
        sort: Sort = "new",
        limit: int = 20,
        after: str | None = None,
        facets: Sequence[str] = (),
    ) -> Page:
        """One page of what ``query`` (None: everything) finds; see the protocol.

        Of a facet the 10,000 most frequent values are counted.

        Raises:
            ValueError: ``after`` is no cursor of this search, or a facet is no field of exact values.
        """
        alias = self._alias(index)
        countable = exact_fields(index)
        for field in facets:
            if field not in countable:
                raise ValueError(f"{field!r} cannot be counted in {index}; one of {', '.join(countable)} can")
        root = None if query is None else query.root
        name = stable_id(index, sort, repr(query))

        def ask(**request: Any) -> dict[str, Any]:
            return self._search(alias, preference=name, search_type="dfs_query_then_fetch", **request)

        search = Search(ask, index, name, translate(root, self._clock()))
        if sort == "new":
            page = search.newest(limit, after)
        else:
            page = search.best([] if root is None else relevance(root), limit, after)
        return page._replace(facets=search.facets(facets)) if facets else page

    def scan(self, index: str, since: datetime | None = None) -> Iterator[Record]:
        """All records of ``index`` as they are when it begins, streamed; with ``since`` those first seen from then."""
        alias = self._alias(index)
        query: dict[str, Any] = {"match_all": {}}
        if since is not None:
            query = {"range": {"q.first_seen": {"gte": to_micros(since)}}}
        with answered(alias):
            snapshot = self._client.open_point_in_time(
                index=alias, keep_alive=_SNAPSHOT_KEPT, allow_partial_search_results=False
            )["id"]
        try:
            last = None
            while hits := self._search(
                None,
                pit={"id": snapshot, "keep_alive": _SNAPSHOT_KEPT},
                query=query,
                sort=["_shard_doc"],
                size=_SCANNED_AT_ONCE,
                search_after=last,
                track_total_hits=False,
            )["hits"]["hits"]:
                for hit in hits:
                    yield to_record(index, hit["_source"])
                last = hits[-1]["sort"]
        finally:
            with answered(alias):
                self._client.close_point_in_time(id=snapshot)

    def count(self, index: str) -> int:
        """How many records ``index`` holds."""
        alias = self._alias(index)
        with answered(alias):
            answer = self._client.count(index=alias)
        _complete(alias, answer)
        return int(answer["count"])

    def refresh(self, index: str) -> None:
        """When this returns, all that was written before is found by search, scan and count."""
        alias = self._alias(index)
        with answered(alias):
            answer = self._client.indices.refresh(index=alias)
        _complete(alias, answer)

    def delete(self, index: str, ids: Iterable[str]) -> None:
        """Remove the records of ``ids``; those not there are no error."""
        actions = [bulk.Action(id_, {"delete": {"_id": document_id(id_)}}) for id_ in dict.fromkeys(ids)]
        self._do(index, actions)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _alias(self, index: str) -> str:
        """The alias of ``index``, which is there from now on."""
        _kind(index)
        alias = alias_of(self._settings, index)
        with self._lock:
            if index not in self._prepared:
                with answered(alias):
                    self._prepared[index] = prepare(self._client, self._settings, index)
        return alias

    def _do(self, index: str, actions: Sequence[bulk.Action]) -> dict[str, int]:
        """Do ``actions``; returns the status of each by id.

        Where the alias was moved meanwhile, what was written is of no use to another version of Redline that made the
        new index: then this raises, and who starts anew with that version writes it again.
        """
        written = bulk.write(self._client, self._alias(index), actions, self._settings.patience)
        if written.names - {self._prepared.get(index)}:
            self._prepared.pop(index, None)
            self._alias(index)
        return written.statuses

    def _own(self, index: str, ids: Sequence[str], tokens: Mapping[str, str]) -> dict[str, Revision]:
        """Those of ``ids`` that are there with the token that they were given: an earlier try had written them."""
        found = {
            document["_source"]["id"]: document
            for document in self._documents(index, ids, source=["id", "token", "written"])
        }
        return {id_: _revision(each) for id_, each in found.items() if each["_source"].get("token") == tokens[id_]}

    def _write(self, index: str, record: Record, old: Stored | None, token: str | None = None) -> bulk.Action:
        """What writes ``record`` over ``old`` (None: where nothing is), if that is still what is there."""
        target: dict[str, Any] = {"_id": document_id(record.id)}
        if old is None:
            document = to_document(index, record, self._clock(), token)
            return bulk.Action(record.id, {"create": target}, document)
        target |= {"if_seq_no": old.revision.seq_no, "if_primary_term": old.revision.primary_term}
        return bulk.Action(record.id, {"index": target}, to_document(index, record, old.revision.written))

    def _stored(self, index: str, ids: Iterable[str]) -> dict[str, Stored]:
        return {
            document["_source"]["id"]: Stored(_revision(document), document["_source"].get("version", 0))
            for document in self._documents(index, list(ids), source=["id", "version", "written"])
        }

    def _documents(self, index: str, ids: Sequence[str], *, source: bool | list[str]) -> Iterator[dict[str, Any]]:
        """The documents of ``ids`` that are there, with these fields of their source."""
        alias = self._alias(index)
        for at in range(0, len(ids), _READ_AT_ONCE):
            some = [document_id(id_) for id_ in ids[at : at + _READ_AT_ONCE]]
            with answered(alias):
                includes = source if isinstance(source, list) else None
                answer = self._client.mget(index=alias, ids=some, source_includes=includes)
            for document in answer["docs"]:
                if "error" in document:
                    raise UnavailableError(f"{alias} cannot be read now: {reason(document)}", NAME)
                if document["found"]:
                    yield document

    def _search(self, alias: str | None, **request: Any) -> dict[str, Any]:
        if alias is not None:
            request |= {"index": alias, "allow_partial_search_results": False}
        with answered(alias or self._settings.prefix):
            answer: dict[str, Any] = self._client.search(**request).body
        return answer


def _kind(index: str) -> type[Record]:
    if index not in INDEXES:
        raise ValueError(f"there is no index {index!r}; there are {', '.join(INDEXES)}")
    return INDEXES[index]


def _of(index: str, records: Sequence[Record]) -> Sequence[Record]:
    kind = _kind(index)
    for record in records:
        if not isinstance(record, kind):
            raise TypeError(f"{index} holds {kind.__name__}, not {type(record).__name__}")
    return records


def _version(record: Record) -> int:
    version: int = getattr(record, "version", 0)
    return version


def _is_older(record: Record, stored: Stored | None) -> bool:
    return stored is not None and _version(record) < stored.version


def _revision(document: dict[str, Any]) -> Revision:
    written = msgspec.convert(document["_source"]["written"], datetime)
    return Revision(document["_seq_no"], document["_primary_term"], written)


def _complete(alias: str, answer: Any) -> None:
    if answer["_shards"]["failed"]:
        raise UnavailableError(f"{alias}: {answer['_shards']['failed']} of its shards do not answer", NAME)
