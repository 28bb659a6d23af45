"""An index at work: one who writes, changes and deletes, and one who searches, while something is done to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from threading import Event, Thread
from types import TracebackType
from typing import Self

from schemas.protocols import Index
from schemas.query.parse import parse
from schemas.records import Article
from tests.connectors.indexes.samples import article

OLD = 600
_CANAL = parse("canal", "articles")


class Busy:
    """Writes and searches while its block runs; ``check`` then compares what is stored with what was acknowledged."""

    def __init__(self, open_index: Callable[[], Index]) -> None:
        self._open = open_index
        self._enough = Event()
        self._threads = [Thread(target=self._watch, args=(work,)) for work in (self._write, self._search)]
        self.failures: list[str] = []
        self.versions = {f"old{at}": 1 for at in range(OLD)}
        with closing(open_index()) as index:
            index.upsert("articles", [article(id_, "Canal", at) for at, id_ in enumerate(self.versions)])
            index.refresh("articles")

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        time.sleep(0.2)
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def check(self) -> None:
        """Nobody had an error, and what was acknowledged is there, found by scan and search, and nothing else."""
        assert self.failures == []
        with closing(self._open()) as index:
            index.refresh("articles")
            stored = {each.id: each.version for each in index.scan("articles") if isinstance(each, Article)}
            found = {each.id for each in index.search("articles", _CANAL, limit=100_000).records}
        assert stored == self.versions
        assert found == set(stored)

    def _write(self, index: Index) -> None:
        version = 1
        while not self._enough.is_set():
            version += 1
            ids = [f"new{version}", f"old{version % OLD}", f"old{version * 7 % OLD}"]
            records = [article(id_, f"Canal {version}", at, version=version) for at, id_ in enumerate(ids)]
            index.upsert("articles", records)
            self.versions |= dict.fromkeys(ids, version)
            if version % 5 == 0:
                index.delete("articles", [f"new{version - 2}"])
                del self.versions[f"new{version - 2}"]

    def _search(self, index: Index) -> None:
        while not self._enough.is_set():
            count, found = index.count("articles"), len(index.search("articles", _CANAL, limit=OLD).records)
            if min(count, found) < OLD:
                self.failures.append(f"{found} were found and {count} counted")

    def _watch(self, work: Callable[[Index], None]) -> None:
        try:
            with closing(self._open()) as index:
                work(index)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test tells it
            self.failures.append(repr(error))
