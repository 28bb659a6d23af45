"""Ids that make repetition harmless: the same thing gets the same id, whoever makes it and however often."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b


def stable_id(*parts: str) -> str:
    """A 24-character hexadecimal hash of ``parts``; the order counts, and no two lists of parts share a text."""
    digest = blake2b(digest_size=12)
    for part in parts:
        body = part.encode("utf-8", "surrogatepass")
        digest.update(len(body).to_bytes(8, "big"))
        digest.update(body)
    return digest.hexdigest()


def statement_id(article: str, evidence: Iterable[str], side: str, target_sides: Iterable[str], kind: str) -> str:
    """The id of a statement when it is first read; later readings of its article keep it."""
    return stable_id("statement", article, " ".join(evidence), side, " ".join(sorted(target_sides)), kind)


def alert_id(watch: str, about: str) -> str:
    """The id of the one alert of ``watch`` about a claim, a story or an article."""
    return stable_id("alert", watch, about)
