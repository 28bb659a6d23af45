"""Dead letters as one who looks after them sees them: found with what became of them, and put back to be tried again.

Fetching writes its letters to the topic alone, since it has no index, and what it could not append lies nowhere else:
so whoever looks at the letters first brings those into the index, under the place in the topic where they lie.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import cast

import msgspec
from msgspec.structs import replace

from redline.lag import READERS
from schemas.dead_letters import TOPIC, again
from schemas.errors import RedlineError, TooLargeError
from schemas.gaps import known_gaps
from schemas.protocols import Index, Log, LogRecord, Message
from schemas.records import Article, DeadLetter, decode

logger = logging.getLogger(__name__)

GROUP = "dead-letters"
_BATCH = 20  # a letter may have 2 MiB


class NoLetterError(RedlineError):
    """There is no dead letter of this id, or none that can be put back."""


def letters(log: Log, index: Index) -> Iterator[DeadLetter]:
    """All dead letters, in no order, each in its present state."""
    collect(log, index)
    index.refresh(TOPIC)
    for record in index.scan(TOPIC):
        yield _settled(log, index, cast(DeadLetter, record))


def find_letter(log: Log, index: Index, id_: str) -> DeadLetter:
    """The dead letter of this id, in its present state.

    Raises:
        NoLetterError: there is none.
    """
    collect(log, index)
    found = index.get(TOPIC, [id_]).get(id_)
    if found is None:
        raise NoLetterError(f"there is no dead letter {id_!r}; redline dead-letters list shows them")
    return _settled(log, index, cast(DeadLetter, found.record))


def retry(log: Log, index: Index, letter: DeadLetter) -> DeadLetter:
    """Put the record of ``letter`` back to where it failed; returns what became of the letter.

    It is ``retried`` until its readers have read it again, ``gone`` where it only had to get into the log, and ``open``
    with a higher count where the log does not take it.

    Raises:
        NoLetterError: ``letter`` is gone already.
    """
    if letter.state == "gone":
        raise NoLetterError(f"dead letter {letter.id} is gone: its record was read since")
    found = index.get(TOPIC, [letter.id])[letter.id]
    try:
        after = _append(log, letter)
    except TooLargeError as error:
        after = replace(letter, error=str(error), tries=letter.tries + 1)
    after = replace(after, version=letter.version + 1)
    # Where its reader was faster than this, and failed again, that stays.
    return after if index.put(TOPIC, after, found.revision) is not None else find_letter(log, index, letter.id)


def _append(log: Log, letter: DeadLetter) -> DeadLetter:
    if letter.stage == "fetch":
        log.append("articles", [Message(decode(letter.record, Article).id, letter.record)])
        return replace(letter, state="gone")
    before = _ends(log, letter.topic)
    log.append(letter.topic, [again(letter)])
    after = _ends(log, letter.topic)
    return replace(letter, state="retried", ends={name: end for name, end in after.items() if end > before[name]})


def _ends(log: Log, topic: str) -> dict[str, int]:
    return {str(partition): log.end(topic, partition) for partition in range(log.partitions(topic))}


def collect(log: Log, index: Index) -> None:
    """Bring what the topic holds and the index does not into the index, before retention takes it."""
    offsets = log.committed(GROUP, TOPIC)
    for partition in range(log.partitions(TOPIC)):
        while records := log.read(TOPIC, partition, offsets.get(partition, 0), _BATCH):
            index.create(TOPIC, [letter for record in records for letter in _placed(record)])
            offsets[partition] = records[-1].offset + 1
            log.commit(GROUP, TOPIC, {partition: offsets[partition]})


def _placed(record: LogRecord) -> list[DeadLetter]:
    """The letter that ``record`` holds; one whose record the log did not take has its place in this topic."""
    if record.value is None:
        return []
    try:
        letter = decode(record.value, DeadLetter)
    except msgspec.DecodeError as error:
        logger.warning("no dead letter", extra={"partition": record.partition, "offset": record.offset, "error": error})
        return []
    if letter.offset >= 0:
        return [letter]
    place = f"{TOPIC}/{record.partition}/{record.offset}"
    return [replace(letter, id=place, topic=TOPIC, partition=record.partition, offset=record.offset)]


def _settled(log: Log, index: Index, letter: DeadLetter) -> DeadLetter:
    """``letter``, gone if it was put back and its readers have read it again: what fails again is open before that."""
    if letter.state != "retried":
        return letter
    committed = log.committed(READERS[letter.topic], letter.topic)
    if any(committed.get(int(partition), 0) < end for partition, end in letter.ends.items()):
        return letter
    found = index.get(TOPIC, [letter.id])[letter.id]
    now = cast(DeadLetter, found.record)
    if now.state == "retried":
        now = replace(now, state="open" if _was_lost(index, now) else "gone", version=now.version + 1)
        index.put(TOPIC, now, found.revision)
    return now


def _was_lost(index: Index, letter: DeadLetter) -> bool:
    """Whether retention removed the record of ``letter``, which was put back, before it was read again."""
    return any(
        gap.topic == letter.topic and gap.first < letter.ends.get(str(gap.partition), 0) <= gap.last + 1
        for gap in known_gaps(index)
    )
