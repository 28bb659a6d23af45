"""Aligning the statements of an article that is read again with those stored, so that ids given once never change."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schemas.query.analyse import words
from schemas.records import Statement

_Likeness = tuple[float, float, float]


def align(read: Sequence[Statement], stored: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements that an article has now: ``read`` ones under the ids they were first given, then vanished ones.

    Statements of one side are paired one to one, the most alike first: by shared words of the evidence, then of the
    quote, then of the target. A stored one without a partner becomes ``retracted``; a rejected one stays rejected.
    """
    pairs = sorted(
        (
            (likeness, -i, -j)
            for i, new in enumerate(read)
            for j, old in enumerate(stored)
            if (likeness := _like(new, old))
        ),
        reverse=True,
    )
    partner: dict[int, Statement] = {}
    taken: set[int] = set()
    for _, i, j in pairs:
        if -i not in partner and -j not in taken:
            partner[-i] = stored[-j]
            taken.add(-j)
    kept = [_under(new, partner[i]) if i in partner else new for i, new in enumerate(read)]
    gone = [msgspec.structs.replace(old, state="retracted") for j, old in enumerate(stored) if j not in taken]
    return (*kept, *gone)


def _under(new: Statement, old: Statement) -> Statement:
    state = "rejected" if old.state == "rejected" else None
    return msgspec.structs.replace(new, id=old.id, claim=old.claim, first_seen=old.first_seen, state=state)


def _like(new: Statement, old: Statement) -> _Likeness | None:
    if new.side != old.side:
        return None
    likeness = (
        _shared(" ".join(piece.text for piece in new.evidence), " ".join(piece.text for piece in old.evidence)),
        _shared(new.quote, old.quote),
        _shared(new.target, old.target),
    )
    return likeness if any(likeness[:2]) else None


def _shared(first: str | None, second: str | None) -> float:
    one, other = ({token.text for token in words(text or "")} for text in (first, second))
    return len(one & other) / len(one | other) if one & other else 0.0
