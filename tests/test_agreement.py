"""One query language, one meaning: an index finds exactly the records that the matcher says meet the query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connectors.indexes.sqlite import SqliteIndex
from pipelines.matching.evaluate import evaluate
from schemas.errors import QueryError
from schemas.protocols import Index
from schemas.query.analyse import folded, words
from schemas.query.parse import parse
from schemas.query.project import project
from schemas.query.tree import All, Any, Exact, Node, Now, Prefix, Query, Range, Words
from schemas.records import EnrichedArticle, Entity, Evidence, Record, Span, Statement, TopicLabel

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
WORDS = [
    "red",
    "line",
    "lines",
    "Kyiv's",
    "U.S.",
    "3.5",
    "S-400",
    "Sana'a",
    "границы",
    "граница",
    "警告",
    'o"clock',
    "né",
]
FIELDS = {
    "articles": {"words": ["title", "text", "speaker"], "exact": ["lang", "source", "entity", "side", "has", "topic"]},
    "statements": {"words": ["evidence", "quote", "condition"], "exact": ["lang", "side", "state", "has", "kind"]},
}
NUMBERS = {"articles": ["published", "first_seen"], "statements": ["published", "first_seen", "confidence"]}
VALUES = ["en", "ru", "paper", "kyiv", "ua", "torvia", "norland", "retracted", "quote", "threat", "sanctions", "title"]

texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)
maybe_texts = st.none() | texts
times = st.integers(-5, 5).map(lambda days: NOW + timedelta(days=days))


@st.composite
def statements(draw: st.DrawFn) -> list[Statement]:
    made = []
    for at in range(draw(st.integers(0, 6))):
        evidence = draw(texts)
        made.append(
            Statement(
                id=f"s{at}",
                article="a0",
                version=1,
                kind=draw(st.sampled_from(["threat", "warning"])),
                side=draw(st.sampled_from(["Torvia", "Norland"])),
                evidence=(Evidence(field="text", start=0, end=len(evidence), text=evidence),) * draw(st.integers(1, 2)),
                quote=draw(maybe_texts),
                condition=draw(maybe_texts),
                speaker=draw(maybe_texts),
                lang=draw(st.sampled_from(["en", "ru"])),
                state=draw(st.sampled_from([None, "retracted"])),
                published=draw(st.none() | times),
                first_seen=draw(times),
                confidence=draw(st.sampled_from([0.25, 0.5, 1.0])),
            )
        )
    return made


@st.composite
def articles(draw: st.DrawFn) -> list[EnrichedArticle]:
    made = []
    for at in range(draw(st.integers(1, 6))):
        title = draw(texts)
        noise = draw(st.integers(0, len(title)))
        made.append(
            EnrichedArticle(
                id=f"a{at}",
                feed="https://x.example/Feed?a=b",
                fetched=draw(times),
                title=title,
                text=draw(maybe_texts),
                noise=(Span(field="title", start=noise // 2, end=noise),),
                lang=draw(st.sampled_from(["en", "ru"])),
                source=draw(st.sampled_from([None, "Paper", "Évening  Paper"])),
                published=draw(st.none() | times),
                entities=tuple(draw(st.lists(st.just(Entity(name="Kyiv", type="GPE", id="UA")), max_size=1))),
                topics=tuple(draw(st.lists(st.just(TopicLabel(id="sanctions", score=0.5)), max_size=1))),
                statements=tuple(draw(statements())[:2]),
            )
        )
    return made


def records(index: str) -> st.SearchStrategy[list[Record]]:
    made: dict[str, st.SearchStrategy[list[Record]]] = {
        "articles": articles().map(list),
        "statements": statements().map(list),
    }
    return made[index]


def leaves(index: str) -> st.SearchStrategy[Node]:
    fields = st.lists(st.sampled_from(FIELDS[index]["words"]), min_size=1, max_size=2, unique=True).map(tuple)
    tokens = texts.map(lambda text: tuple(token.text for token in words(text))[:4])
    proximity = st.builds(
        Words, st.just("c"), fields, tokens.map(lambda given: tuple(dict.fromkeys(given))), st.integers(0, 4)
    )
    starts = st.sampled_from([token.text for word in WORDS for token in folded(word)])
    bounds = st.none() | times | st.integers(-5, 5).map(lambda days: Now(timedelta(days=days)))
    numbers = st.none() | st.sampled_from([0.25, 0.5])
    range_of = {name: numbers if name == "confidence" else bounds for name in NUMBERS[index]}
    ranges = st.sampled_from(NUMBERS[index]).flatmap(
        lambda name: st.builds(
            Range, st.just("c"), st.just(name), range_of[name], range_of[name], st.booleans(), st.booleans()
        )
    )
    return st.one_of(
        st.builds(Words, st.just("c"), fields, tokens),
        proximity,
        st.builds(Prefix, st.just("c"), fields, starts.flatmap(lambda s: st.integers(1, len(s)).map(lambda n: s[:n]))),
        st.builds(Exact, st.just("c"), st.sampled_from(FIELDS[index]["exact"]), st.sampled_from(VALUES)),
        ranges,
    )


def nodes(index: str) -> st.SearchStrategy[Node]:
    def grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        some = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.builds(All, some, st.lists(inner, max_size=2).map(tuple)) | st.builds(Any, some)

    return st.recursive(leaves(index), grown, max_leaves=8)


def nested(depth: int, leaf: Node) -> Node:
    node = leaf
    for level in range(depth):
        node = Any((node, leaf)) if level % 2 else All((node, leaf), (Words("c", ("title",), ("absent",)),))
    return node


LEAF = Words("c", ("title",), ("red",))
HEADLINES: list[Record] = [
    EnrichedArticle(id=f"h{at}", feed="f", fetched=NOW, title=title)
    for at, title in enumerate(["red line", "line red", "red a b line", "line a red b red", "red-line", "RÉD", "reds*"])
]


class Agreement:
    """Subclass as ``Test…`` and override ``index``; what is in it need not be empty."""

    @pytest.fixture
    def index(self) -> Iterator[Index]:
        raise NotImplementedError

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(given=records("articles"), root=nodes("articles"))
    @example(given=HEADLINES, root=nested(11, LEAF))
    @example(given=HEADLINES, root=nested(40, LEAF))
    @example(given=HEADLINES, root=nested(13, Range("c", "published", None, None)))
    @example(given=HEADLINES, root=Words("c", ("title",), ("red", "line"), 0))
    @example(given=HEADLINES, root=Words("c", ("title",), ("red", "line"), 2))
    @example(given=HEADLINES, root=All((LEAF,), (Range("c", "published", None, Now()),)))
    def test_over_articles(self, index: Index, given: list[Record], root: Node) -> None:
        self.agrees(index, "articles", given, root)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(given=records("statements"), root=nodes("statements"))
    def test_over_statements(self, index: Index, given: list[Record], root: Node) -> None:
        self.agrees(index, "statements", given, root)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        given=records("articles"),
        text=st.text(st.sampled_from("redlins'*\"~2():-ORAND 警.,é"), min_size=1, max_size=25),
    )
    def test_over_queries_as_entered(self, index: Index, given: list[Record], text: str) -> None:
        try:
            query = parse(text, "articles")
        except QueryError:
            return
        self.agrees(index, "articles", given, query.root)

    def agrees(self, index: Index, name: str, given: list[Record], root: Node) -> None:
        query = Query(text="as made", index=name, root=root)
        index.delete(name, [record.id for record in index.scan(name)])
        index.upsert(name, given)
        index.refresh(name)
        expected = {record.id for record in given if evaluate(query, project(name, record), NOW)}
        newest = [record.id for record in index.search(name, query, limit=100).records]
        best = [record.id for record in index.search(name, query, sort="best", limit=100).records]
        assert sorted(newest) == sorted(expected)
        assert sorted(best) == sorted(expected)


class TestSqlite(Agreement):
    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[Index]:
        clock: Callable[[], datetime] = lambda: NOW  # noqa: E731
        with closing(SqliteIndex(tmp_path / "index.sqlite", clock)) as index:
            yield index
