"""One query language, one meaning: a home finds exactly the records that the matcher says meet the query, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.matching.evaluate import evaluate
from schemas.protocols import Index
from schemas.query.project import project
from schemas.query.tree import All, Any, Node, Now, Prefix, Query, Range, Words
from schemas.records import EnrichedArticle, Record
from tests.one_meaning.strategies import NOW, queries, records

LEAF = Words("c", ("title",), ("red",))
HEADLINES: list[Record] = [
    EnrichedArticle(id=f"h{at}", feed="f", fetched=NOW, title=title)
    for at, title in enumerate(["red line", "line red", "red a b line", "line a red b red", "red-line", "RÉD", "reds*"])
]


def nested(depth: int, leaf: Node) -> Node:
    node = leaf
    for level in range(depth):
        node = Any((node, leaf)) if level % 2 else All((node, leaf), (Words("c", ("title",), ("absent",)),))
    return node


def made(*roots: Node) -> list[Query]:
    return [Query(text="as made", index="articles", root=root) for root in roots]


# Letters beyond the first 65,536 are two of UTF-16, in which a server may count.
LONG: list[Record] = [
    EnrichedArticle(id=f"l{at}", feed="f", fetched=NOW, title=title)
    for at, title in enumerate(["a " + "𐍈" * 300 + " b", "𐍈" * 127, "𐍈" * 200 + " a b", "𐍈" * 255 + " 𐍈"])
]
LONG_ASKED = made(
    *(Prefix("c", ("title",), "𐍈" * count) for count in (1, 100, 127, 128, 200, 201, 255)),
    *(Words("c", ("title",), ("𐍈" * count,)) for count in (1, 45, 127, 128, 200, 255)),
    Words("c", ("title",), ("a", "b"), 0),
    Words("c", ("title",), ("a", "b"), 1),
    Words("c", ("title",), ("a", "𐍈" * 200), 0),
    Words("c", ("title",), ("𐍈" * 255, "b")),
)
DEEP = made(nested(11, LEAF), nested(40, LEAF), nested(13, Range("c", "published", None, None)))


def worlds(index: str) -> st.SearchStrategy[tuple[list[Record], Sequence[Query]]]:
    return st.tuples(records(index), queries(index))


class Agreement:
    """Subclass as ``Test…`` and override ``homes``; what is in them need not be empty."""

    @pytest.fixture
    def homes(self) -> Iterator[list[Index]]:
        raise NotImplementedError

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(world=worlds("articles"))
    @example(world=(HEADLINES, DEEP))
    @example(world=(LONG, LONG_ASKED))
    @example(world=(HEADLINES, made(*(Words("c", ("title",), ("red", "line"), slop) for slop in (0, 2)))))
    @example(world=(HEADLINES, made(All((LEAF,), (Range("c", "published", None, Now()),)))))
    def test_over_articles(self, homes: list[Index], world: tuple[list[Record], Sequence[Query]]) -> None:
        self.agree(homes, "articles", *world)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(world=worlds("statements"))
    def test_over_statements(self, homes: list[Index], world: tuple[list[Record], Sequence[Query]]) -> None:
        self.agree(homes, "statements", *world)

    def agree(self, homes: list[Index], name: str, given: list[Record], asked: Sequence[Query]) -> None:
        projections = {record.id: project(name, record) for record in given}
        order = sorted(given, key=lambda record: (record.id,))
        order.sort(key=lambda record: getattr(record, "first_seen"), reverse=True)  # noqa: B009
        for index in homes:
            index.delete(name, [record.id for record in index.scan(name)])
            index.upsert(name, given)
            index.refresh(name)
        for query in asked:
            expected = [record.id for record in order if evaluate(query, projections[record.id], NOW)]
            for index in homes:
                assert list(islice(pages(index, name, query), len(given) + 1)) == expected
                best = [record.id for record in index.search(name, query, sort="best", limit=100).records]
                assert sorted(best) == sorted(expected)


def pages(index: Index, name: str, query: Query) -> Iterator[str]:
    """The ids of all that is found, newest first, in pages of three."""
    after = None
    while True:
        page = index.search(name, query, limit=3, after=after)
        yield from (record.id for record in page.records)
        if page.after is None:
            return
        after = page.after
