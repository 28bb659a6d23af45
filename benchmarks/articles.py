"""Articles to be read: those of a file, or the demo's invented ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from schemas.records import Article
from schemas.times import utc_now

SAMPLES = Path(__file__).parents[1] / "redline" / "demo" / "samples" / "articles.jsonl"
FEED = "https://bench.example/feed"


def load(file: Path, count: int) -> list[Article]:
    """``count`` articles of ``file``, evenly spread over it (repeated under other ids where it has fewer).

    ``file`` has an object with ``title`` and ``text`` (or ``html``) a line.
    """
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    step = max(1, len(lines) // count)
    chosen = [lines[(number * step) % len(lines)] for number in range(count)]
    return [
        Article(
            id=f"bench-{number}",
            feed=FEED,
            fetched=utc_now(),
            title=line.get("title"),
            text=line.get("text") or line.get("html"),
        )
        for number, line in enumerate(chosen)
    ]


def fresh(articles: Sequence[Article], mark: str) -> list[Article]:
    """``articles`` under other ids, each with a last paragraph of its own: what was read once is not read again."""
    return [
        replace(each, id=f"{each.id}-{mark}", text=f"{each.text or ''}\n\nThis is {mark}/{number}.")
        for number, each in enumerate(articles)
    ]
