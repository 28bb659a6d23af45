"""The signature of a text: what near-duplicates are found by.

A MinHash (Broder 1997) of 128 permutations over pairs of neighbouring words; the share of equal positions of two
signatures estimates the Jaccard similarity of the two sets of pairs.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from itertools import pairwise

from rensa import RMinHash

from schemas.query.analyse import words

PERMUTATIONS = 128
_SEED = 1


@dataclass(frozen=True)
class Signature:
    """A signature read back: the MinHash, and how many different pairs of words the text has."""

    minhash: RMinHash
    pairs: int


def signature(text: str) -> str | None:
    """The signature of ``text`` as ASCII, stable over processes and machines; None for fewer than two words."""
    tokens = [token.text for token in words(text)]
    pairs = {f"{first} {second}" for first, second in pairwise(tokens)}
    if not pairs:
        return None
    minhash = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    minhash.update(sorted(pairs))
    return f"{len(pairs)}:{base64.b64encode(minhash.__getstate__()).decode('ascii')}"


def restore(text: str) -> Signature | None:
    """Read a signature back; None where an incompatible version wrote it (it then finds nothing)."""
    pairs, _, state = text.partition(":")
    minhash = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    try:
        minhash.__setstate__(base64.b64decode(state, validate=True))
        return Signature(minhash, int(pairs))
    except ValueError:
        return None
