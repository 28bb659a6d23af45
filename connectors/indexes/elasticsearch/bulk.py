"""Bulk writes that get everything in, or tell what did not: through restarts, refusals and batches too big.

An answer of 200 may hold items that were refused. Each item is looked at: done, in conflict (for the caller to
judge), refused for now (sent again), or wrong. Batches that the server finds too big are halved. While nothing at all
goes in for ``patience`` seconds, the index counts as unavailable.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import msgspec
from elasticsearch import ApiError, Elasticsearch

from connectors.indexes.elasticsearch.connection import NAME, answered, passing, reason
from schemas.errors import RedlineError, UnavailableError

CONFLICT = 409
_TOO_LARGE = 413
_MOST_ACTIONS = 500
_MOST_BYTES = 5_000_000
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0


class Action(NamedTuple):
    """One line of a bulk request: what to do with the document of the record ``id``, and the document."""

    id: str
    command: dict[str, Any]
    document: bytes | None = None

    def lines(self) -> list[bytes]:
        """The lines as they are sent."""
        command = msgspec.json.encode(self.command)
        return [command] if self.document is None else [command, self.document]


class _Refusal(NamedTuple):
    """What was not written and why; the status where the request was refused as a whole."""

    actions: list[Action]
    why: str
    whole: int | None = None


class Written(NamedTuple):
    """The status of each action by its id, and the names of the indexes that the alias was of meanwhile."""

    statuses: dict[str, int]
    names: set[str]


def write(client: Elasticsearch, alias: str, actions: Sequence[Action], patience: float) -> Written:
    """Do ``actions`` in their order, each with an id of its own.

    A status is 2xx, 404 (of a deletion) or ``CONFLICT``. An action whose answer was lost is done again, so that one
    that had been done may come back as a conflict.

    Raises:
        UnavailableError: the server took none of what was left for ``patience`` seconds.
        RedlineError: the server refuses a document for good; the message names it.
    """
    pending = list(actions)
    written = Written({}, set())
    most = _MOST_ACTIONS
    pause, deadline = _FIRST_PAUSE, time.monotonic() + patience
    while pending:
        batch = _first(pending, most)
        rest = pending[len(batch) :]
        refusal = _send(client, alias, batch, written)
        pending = refusal.actions + rest
        if len(refusal.actions) < len(batch):
            deadline, pause = time.monotonic() + patience, _FIRST_PAUSE
        if not refusal.actions:
            continue
        if refusal.whole is not None and len(batch) > 1:
            most = len(batch) // 2
            if refusal.whole == _TOO_LARGE:
                continue
        if time.monotonic() + pause > deadline:
            message = f"{alias} took none of {len(pending)} records for {patience:g} s: {refusal.why}"
            raise UnavailableError(message, NAME)
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    return written


def _first(pending: Sequence[Action], most: int) -> list[Action]:
    batch: list[Action] = []
    size = 0
    for action in pending[:most]:
        size += len(action.document or b"")
        if batch and size > _MOST_BYTES:
            break
        batch.append(action)
    return batch


def _send(client: Elasticsearch, alias: str, batch: list[Action], written: Written) -> _Refusal:
    """Send ``batch`` and note in ``written`` what was done; returns what was not."""
    lines = [line for action in batch for line in action.lines()]
    try:
        with answered(alias):
            try:
                # The client sends lines of bytes as they are.
                answer = client.bulk(index=alias, operations=cast("Any", lines), require_alias=True)
            except ApiError as error:
                if error.meta.status == _TOO_LARGE and len(batch) == 1:
                    raise RedlineError(f"{alias}: the server takes no record as large as {batch[0].id!r}") from error
                if error.meta.status not in (_TOO_LARGE, 429):
                    raise
                return _Refusal(batch, f"{error.meta.status} {reason(error.body)}", error.meta.status)
    except UnavailableError as error:
        return _Refusal(batch, str(error))
    refused: list[Action] = []
    why = ""
    for action, item in zip(batch, answer["items"], strict=True):
        ((_, result),) = item.items()
        if _done(alias, action, result):
            written.statuses[action.id] = result["status"]
            written.names.add(result["_index"])
        else:
            refused.append(action)
            why = f"{result['status']} {reason(result)}"
    return _Refusal(refused, why)


def _done(alias: str, action: Action, result: dict[str, Any]) -> bool:
    """Whether the item was done or is in conflict; False where it is refused for now."""
    status = result["status"]
    error = result.get("error")
    if error is None or status == CONFLICT:
        return True
    if passing(status) or error.get("type") == "cluster_block_exception":
        return False
    raise RedlineError(f"{alias} refuses the record {action.id!r}: {status} {reason(result)}")
