"""A record as a document and back; ``schemas.mappings`` says what a document holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from schemas.ids import stable_id
from schemas.query.project import project
from schemas.records import INDEXES, Record, encode
from schemas.times import to_micros

_LONGEST_ID = 512


def document_id(record_id: str) -> str:
    """The document's id: the record's, or a hash of it where that has more bytes than the server takes."""
    return record_id if len(record_id.encode()) <= _LONGEST_ID else stable_id(record_id)


def to_document(index: str, record: Record, written: datetime, token: str | None = None) -> bytes:
    """``record``, which is one of ``index`` and was first written at ``written``, as JSON in one line.

    ``token`` is kept with it.
    """
    projection = project(index, record)
    sought: dict[str, Any] = {
        "first_seen": to_micros(getattr(record, "first_seen", written)),
        "words": {field: " ".join(tokens) for field, tokens in projection.words.items()},
        "folded": {field: " ".join(tokens) for field, tokens in projection.folded.items()},
        "exact": {field: sorted(values) for field, values in projection.exact.items()},
        "numbers": projection.numbers,
    }
    added: dict[str, Any] = {"written": written, "q": {key: value for key, value in sought.items() if value != {}}}
    if token is not None:
        added["token"] = token
    return encode(record)[:-1] + b"," + msgspec.json.encode(added)[1:]


def to_record(index: str, source: Mapping[str, Any]) -> Record:
    """The record of a document's ``_source``."""
    record: Record = msgspec.convert(source, INDEXES[index])
    return record
