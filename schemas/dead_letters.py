"""Dead letters: how a record that cannot be read is set aside, and how it comes back to be tried again.

A record that is tried again is appended to its topic anew, and its key tells which letter it is and how often that has
failed. So what fails again is the same letter with a higher count, however often the failure is told.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from schemas.protocols import Index, Log, LogRecord, Message
from schemas.records import DeadLetter, encode

TOPIC = "dead-letters"
_log = logging.getLogger(__name__)
_AGAIN = re.compile(r"again/(?P<tries>\d{1,9})/(?P<id>.+)")


def letter_of(record: LogRecord, stage: str, error: str, failed: datetime) -> DeadLetter:
    """``record``, which failed at ``stage``, as a letter: a new one, or the one that it was put back from."""
    before = _AGAIN.fullmatch(record.key)
    return DeadLetter(
        id=before["id"] if before else f"{record.topic}/{record.partition}/{record.offset}",
        record=record.value or b"",
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        stage=stage,
        error=error,
        failed=failed,
        tries=int(before["tries"]) + 1 if before else 1,
    )


def again(letter: DeadLetter) -> Message:
    """The record of ``letter`` as it is put back into its topic."""
    return Message(f"again/{letter.tries}/{letter.id}", letter.record)


def bury(log: Log, index: Index, letters: Sequence[DeadLetter]) -> list[DeadLetter]:
    """Write ``letters`` to their topic and index, but for those known already; returns what was new.

    A crash between the two repeats both.
    """
    known = index.get(TOPIC, [letter.id for letter in letters]) if letters else {}
    merged = [_after(known[letter.id].record if letter.id in known else None, letter) for letter in letters]
    new = list({letter.id: letter for letter in merged if letter is not None}.values())
    if new:
        log.append(TOPIC, [Message(letter.id, encode(letter)) for letter in new])
        index.upsert(TOPIC, new)
    for letter in new:
        about = {"id": letter.id, "stage": letter.stage, "article": _article_of(letter)}
        _log.error("dead letter", extra={**about, "error": letter.error})
    return new


def _after(old: object, letter: DeadLetter) -> DeadLetter | None:
    """What ``letter`` makes of the ``old`` one of its id; None where that knows of this failure."""
    if not isinstance(old, DeadLetter):
        return letter
    if letter.tries <= old.tries:
        return None
    return replace(letter, topic=old.topic, partition=old.partition, offset=old.offset, version=old.version + 1)


class _Named(msgspec.Struct):
    id: str


_NAMED = msgspec.json.Decoder(_Named)


def _article_of(letter: DeadLetter) -> str | None:
    """The id of the article that ``letter`` holds, where that much can be read."""
    if letter.topic == "alerts":
        return None
    try:
        return _NAMED.decode(letter.record).id
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
