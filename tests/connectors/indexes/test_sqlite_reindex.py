"""Re-indexing a file: everything is there afterwards, and whoever writes and searches meanwhile notices nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from connectors.indexes.sqlite import SqliteIndex
from connectors.indexes.sqlite.reindex import reindex
from schemas.errors import RedlineError
from schemas.query.parse import parse
from schemas.records import INDEXES
from tests.connectors.indexes.busy import Busy
from tests.connectors.indexes.contract import SPAWN
from tests.connectors.indexes.samples import NOON, article, mark, one_of_each


def quiet(_: str, __: int) -> None:
    pass


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite"


@pytest.fixture
def index(path: Path) -> Iterator[SqliteIndex]:
    with closing(SqliteIndex(path, lambda: NOON)) as index:
        yield index


def contents(index: SqliteIndex) -> dict[str, list[object]]:
    """All records, as scan, get and search find them, the newest first."""
    return {
        name: [
            sorted(index.scan(name), key=lambda record: record.id),
            index.get(name, [record.id for record in index.scan(name)]),
            index.search(name, None, limit=10_000).records,
        ]
        for name in INDEXES
    }


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")}


def test_everything_is_there_afterwards_under_its_old_revision(path: Path, index: SqliteIndex) -> None:
    for name, record in one_of_each().items():
        index.upsert(name, [record])
    index.upsert("articles", [article(f"b{at}", f"Canal {at}", at % 7) for at in range(350)])
    index.delete("articles", ["b5"])
    before, names = contents(index), tables(path)
    revision = index.get("marks", ["owner"])["owner"].revision
    reindex(path, quiet)
    assert contents(index) == before
    assert tables(path) == names
    found = index.search("articles", parse("canal -17", "articles"), limit=1000, facets=["has"])
    assert len(found.records) == 349
    assert index.put("marks", mark(holder="next"), revision) is not None
    assert index.put("marks", mark(holder="late"), revision) is None
    with closing(SqliteIndex(path, lambda: NOON)) as other:
        assert len(list(other.scan("articles"))) == 350


def test_a_page_goes_on_after_it(path: Path, index: SqliteIndex) -> None:
    index.upsert("articles", [article(f"b{at}", "Canal", at) for at in range(100)])
    query = parse("canal", "articles")
    first = index.search("articles", query, limit=30)
    reindex(path, quiet)
    rest = index.search("articles", query, limit=100, after=first.after)
    assert [each.id for each in (*first.records, *rest.records)] == [f"b{at}" for at in reversed(range(100))]


def test_a_file_of_another_version_is_refused_with_the_remedy_and_can_be_used_after_it(
    path: Path, index: SqliteIndex
) -> None:
    index.upsert("articles", [article("a", "Canal")])
    make_older(path)
    for use in (lambda: SqliteIndex(path, lambda: NOON), lambda: index.get("articles", ["a"])):
        with pytest.raises(RedlineError, match=r"made by another version of Redline; run: redline reindex"):
            use()
    reindex(path, quiet)
    with closing(SqliteIndex(path, lambda: NOON)) as newer:
        assert newer.search("articles", parse("canal", "articles")).records == [article("a", "Canal")]
        assert newer.count("dead-letters") == 0


def make_older(path: Path) -> None:
    """Make the file one of an earlier version: with a field fewer to search, and without an index."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE articles_text")
        connection.execute("CREATE VIRTUAL TABLE articles_text USING fts5(exact, w_title)")
        connection.execute("ALTER TABLE articles DROP COLUMN n_published")
        for part in ("", "_body"):
            connection.execute(f'DROP TABLE "dead-letters{part}"')
        connection.execute("PRAGMA user_version = 7")
        connection.commit()


def test_a_writer_of_another_version_is_told_and_writes_nothing_wrong(path: Path, index: SqliteIndex) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 7")
    with pytest.raises(RedlineError, match="another version"):
        index.upsert("articles", [article("a")])
    with pytest.raises(RedlineError, match="another version"):
        next(iter(index.scan("articles")))


def test_writers_and_searchers_notice_nothing(path: Path) -> None:
    with Busy(lambda: SqliteIndex(path, lambda: NOON)) as busy:
        met = 0
        for _ in range(20):  # on a busy machine one may be over before the writer has its turn
            reached = len(busy.versions)
            reindex(path, quiet)
            met += len(busy.versions) > reached
            if met == 2:
                break
        assert met == 2, "nothing was written meanwhile"
    busy.check()


def reindex_slowly(path: Path) -> None:
    def wait(_: str, count: int) -> None:
        if count >= 200:
            time.sleep(600)

    reindex(path, wait)


def test_one_that_is_killed_leaves_the_index_as_it_was(path: Path, index: SqliteIndex) -> None:
    index.upsert("articles", [article(f"old{at}", "Canal", at) for at in range(600)])
    names = tables(path)
    killed = SPAWN.Process(target=reindex_slowly, args=(path,))
    killed.start()
    deadline = time.monotonic() + 60
    while "new_articles" not in tables(path) or _copied(path) < 200:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    with pytest.raises(RedlineError, match="is being re-indexed by another process"):
        reindex(path, quiet)
    assert killed.pid is not None
    os.kill(killed.pid, signal.SIGKILL)
    killed.join()
    index.upsert("articles", [article("new", "Canal")])
    assert index.count("articles") == 601
    reindex(path, quiet)
    assert tables(path) == names
    assert index.count("articles") == 601


def _copied(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM new_articles").fetchone()
        return int(count)


def test_what_cannot_be_read_is_named_and_nothing_changes(path: Path, index: SqliteIndex) -> None:
    index.upsert("articles", [article("a"), article("b")])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("""UPDATE articles_body SET body = '{"id": 1}' WHERE row IN
            (SELECT row FROM articles WHERE id = 'b')""")
        connection.commit()
    with pytest.raises(RedlineError, match="b of index articles cannot be read"):
        reindex(path, quiet)
    assert set(index.get("articles", ["a"])) == {"a"}
