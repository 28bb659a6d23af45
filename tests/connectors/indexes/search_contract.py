"""What every home of the index must find, and in which order: a class of tests beside ``IndexContract``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from schemas.protocols import Index, Sort
from schemas.query.parse import parse
from schemas.query.tree import All, Any, Exact, Node, Now, Prefix, Query, Range, Words
from schemas.records import Alert, EnrichedArticle, Entity, Member
from tests.connectors.indexes.contract import OpenIndex
from tests.connectors.indexes.samples import NOON, alert, article, claim, minutes, statement

CANAL = Words("canal", ("title",), ("canal",))


def title_is(*tokens: str, slop: int | None = None) -> Words:
    return Words("c", ("title",), tokens, slop)


def published(low: object, high: object, *include: bool) -> Range:
    return Range("c", "published", low, high, *include)  # type: ignore[arg-type]


class SearchContract:
    """Subclass as ``Test…`` and override ``open_index``; for its clock it is always noon (``samples.NOON``)."""

    @pytest.fixture
    def open_index(self) -> OpenIndex:
        """Opens one and the same index, empty before the test."""
        raise NotImplementedError

    @pytest.fixture
    def index(self, open_index: OpenIndex) -> Iterator[Index]:
        with closing(open_index()) as index:
            yield index

    @pytest.mark.parametrize(
        ("root", "expected"),
        [
            (title_is("red"), "abcdf"),
            (title_is("red", "line"), "a"),
            (title_is("line", "red"), "b"),
            (title_is("red", "line", slop=0), "ab"),
            (title_is("red", "line", slop=1), "ab"),
            (title_is("red", "line", slop=2), "abc"),
            (title_is("red", "line", slop=3), "abcd"),
            (title_is("thin", "red", "line", slop=1), ""),
            (title_is("thin", "red", "line", slop=2), "d"),
            (title_is("red", slop=3), "abcdf"),
            (Words("c", ("title", "text"), ("line",)), "abcdef"),
            (Words("c", ("title", "text"), ("red", "line")), "a"),  # a phrase does not run from one field to the next
            (Prefix("c", ("title",), "li"), "abcd"),
            (Prefix("c", ("title", "text"), "thi"), "d"),
            (Exact("c", "lang", "en"), "ace"),
            (Exact("c", "entity", "new␣torvia"), "a"),
            (Exact("c", "entity", "new"), ""),
            (Exact("c", "id", "b"), "b"),
            (published(None, None), "abc"),
            (published(minutes(1), None), "bc"),
            (published(minutes(1), None, False, True), "c"),
            (published(None, minutes(1)), "ab"),
            (published(None, minutes(1), True, False), "a"),
            (published(minutes(1), minutes(1)), "b"),
            (published(Now(timedelta(seconds=-1)), Now(timedelta(minutes=1))), "ab"),
            (published(Now(timedelta(seconds=1)), None), "bc"),
            (All((title_is("red"), title_is("line"))), "abcd"),
            (All((title_is("red"),), (title_is("line"),)), "f"),
            (All((title_is("red"),), (title_is("thin"), Exact("c", "lang", "en"))), "bf"),
            (All((title_is("red"), published(minutes(1), None))), "bc"),
            (All((title_is("red"),), (published(None, minutes(1)),)), "cdf"),  # undated is in no range
            (All((published(None, None),), (title_is("red", "line"),)), "bc"),
            (All((All((CANAL, published(None, None)), (title_is("x"),)),)), ""),
            (All((All((title_is("red"), published(None, None))),), (title_is("line", "red"),)), "ac"),
            (Any((title_is("red", "line"), title_is("line", "red"))), "ab"),
            (Any((published(minutes(2), None), title_is("thin"))), "cd"),
            (Any((All((title_is("red"),), (published(None, None),)), Exact("c", "id", "a"))), "adf"),
            (All((Any((published(None, Now()), title_is("thin"))), Exact("c", "lang", "ru"))), "d"),
        ],
    )
    def test_each_kind_of_clause(self, index: Index, root: Node, expected: str) -> None:
        index.upsert(
            "articles",
            [
                article("a", "The red line", lang="en", published=minutes(0), entities=(torvia(),)),
                article("b", "A line, red", lang="ru", published=minutes(1)),
                article("c", "Red is the line", lang="en", published=minutes(2)),
                article("d", "Line of a thin red", lang="ru"),
                article("e", "Blue", text="a line", lang="en"),
                article("f", "Code red", text="Line", lang="ru"),
            ],
        )
        index.refresh("articles")
        for sort in ("new", "best"):
            assert found(index, root, sort=sort) == list(expected)

    def test_tokens_with_punctuation_are_sought_as_they_are(self, index: Index) -> None:
        titles = ["Sana'a falls", "U.S. 3.5 percent", 'S-400 "sold"', "a*b {c} (d) ^e +f -g :h", "Граница 警告"]
        index.upsert("articles", [article(str(at), title) for at, title in enumerate(titles)])
        index.refresh("articles")
        expected = {"Sana'a": "0", "U.S.": "1", "3.5": "1", "3": "", "S-400": "2", r'"\"sold\""': "2", '"b c"': "3"}
        expected |= {'"e f g"': "3", "h": "3", "границы": "4", "警告": "4", "Sana": "", "S*": "02", "sana'*": "0"}
        for text, id_ in expected.items():
            assert found(index, parse(text, "articles").root) == list(id_), text

    def test_exact_values_of_one_field_are_not_found_in_another(self, index: Index) -> None:
        index.upsert("articles", [article("a", lang="en", source="ru"), article("b", lang="ru", source="en")])
        index.refresh("articles")
        assert found(index, Exact("c", "lang", "ru")) == ["b"]
        assert found(index, Exact("c", "source", "ru")) == ["a"]
        assert found(index, Words("c", ("title", "text"), ("lang=ru",))) == []

    def test_a_record_is_found_as_it_is_now(self, index: Index) -> None:
        index.upsert("articles", [article(title="canal", version=1, published=minutes(1))])
        index.upsert("articles", [article(title="strait", version=2)])
        index.upsert("articles", [article(title="canal", version=1)])
        index.refresh("articles")
        assert found(index, CANAL) == []
        assert found(index, title_is("strait")) == ["a1"]
        assert found(index, published(None, None)) == []

    def test_nothing_asked_finds_everything(self, index: Index) -> None:
        index.upsert("statements", [statement("s1"), statement("s2", at=1, state="retracted")])
        index.refresh("statements")
        assert [hit.id for hit in index.search("statements", None).records] == ["s2", "s1"]

    def test_the_newest_come_first_and_those_of_one_time_by_id(self, index: Index) -> None:
        given = [("d", 0), ("b", 2), ("z", 1), ("c", 1), ("y", 1), ("a", -3), ("e", 0.00001), ("f", 0.000005)]
        index.upsert("articles", [article(id_, "canal", at) for id_, at in given])
        index.refresh("articles")
        assert in_order(index, CANAL) == ["b", "c", "y", "z", "e", "f", "d", "a"]
        assert in_order(index, None) == ["b", "c", "y", "z", "e", "f", "d", "a"]

    def test_a_record_that_was_first_seen_earlier_moves(self, index: Index) -> None:
        index.upsert("claims", [claim("a", at=5), claim("b", at=3)])
        index.upsert("claims", [claim("a", at=1, version=2)])
        index.refresh("claims")
        page = index.search("claims", None)
        assert [hit.id for hit in page.records] == ["b", "a"]

    def test_records_without_first_seen_come_in_the_order_of_writing(self, index: Index) -> None:
        for id_ in ("t2", "t3", "t1"):
            index.create("alerts", [alert(id_)])
            time.sleep(0.005)
        index.refresh("alerts")
        assert [hit.id for hit in index.search("alerts", None).records] == ["t1", "t3", "t2"]

    @pytest.mark.parametrize("sort", ["new", "best"])
    def test_pages_give_every_hit_once(self, index: Index, sort: Sort) -> None:
        index.upsert("articles", [article(f"a{at:03}", "canal " * (at % 4 + 1), at % 7) for at in range(100)])
        index.refresh("articles")
        whole = in_order(index, CANAL, sort=sort, limit=1000)
        assert len(whole) == 100
        for limit in (1, 7, 50, 99, 100):
            assert list(pages(index, CANAL, sort, limit)) == whole

    @pytest.mark.parametrize("sort", ["new", "best"])
    def test_pages_are_not_moved_by_what_comes_in(self, index: Index, sort: Sort) -> None:
        index.upsert("articles", [article(f"a{at:03}", "canal " * (at % 4 + 1), at % 7) for at in range(60)])
        index.refresh("articles")
        whole = in_order(index, CANAL, sort=sort, limit=1000)
        seen = []
        for at, id_ in enumerate(pages(index, CANAL, sort, 7)):
            seen.append(id_)
            index.upsert("articles", [article(f"new{at}", "canal canal canal", 10 + at)])
            index.refresh("articles")
        assert seen == whole

    @pytest.mark.parametrize("sort", ["new", "best"])
    def test_a_page_goes_on_where_its_last_hit_was_deleted(self, index: Index, sort: Sort) -> None:
        index.upsert("articles", [article(f"a{at}", "canal", at) for at in range(6)])
        index.refresh("articles")
        page = index.search("articles", query(CANAL), sort=sort, limit=2)
        index.delete("articles", [page.records[-1].id])
        index.refresh("articles")
        rest = index.search("articles", query(CANAL), sort=sort, limit=10, after=page.after)
        assert [hit.id for hit in rest.records][-3:] == ["a2", "a1", "a0"]

    def test_the_last_page_has_no_cursor(self, index: Index) -> None:
        index.upsert("articles", [article(f"a{at}", "canal") for at in range(4)])
        index.refresh("articles")
        assert index.search("articles", None, limit=4).after is None
        assert index.search("articles", None, limit=3).after is not None
        assert index.search("articles", query(title_is("none"))) == ([], None, {})
        assert index.search("articles", None, limit=0) == ([], None, {})

    def test_a_cursor_of_another_search_is_refused(self, index: Index) -> None:
        index.upsert("articles", [article(f"a{at}", "canal") for at in range(4)])
        index.refresh("articles")
        after = index.search("articles", query(CANAL), limit=2).after
        assert after is not None
        for wrong in ("", "x", after[:-4], after[2:], "é", after + "!"):
            with pytest.raises(ValueError, match="is no cursor of this search"):
                index.search("articles", query(CANAL), after=wrong)
        with pytest.raises(ValueError, match="cursor"):
            index.search("articles", query(CANAL), sort="best", after=after)
        with pytest.raises(ValueError, match="cursor"):
            index.search("articles", query(title_is("other")), after=after)
        with pytest.raises(ValueError, match="cursor"):
            index.search("claims", None, after=after)

    def test_the_best_have_more_of_the_words_in_less_text(self, index: Index) -> None:
        filler = " ".join(f"filler{at}" for at in range(30))
        index.upsert("articles", [article(f"x{at}", "something else", at) for at in range(20)])
        index.upsert(
            "articles",
            [article("long", f"canal {filler}", 3), article("short", "canal", 1), article("both", "canal strait", 2)],
        )
        index.refresh("articles")
        assert in_order(index, CANAL, sort="best") == ["short", "both", "long"]
        either = Any((CANAL, title_is("strait")))
        assert in_order(index, either, sort="best")[0] == "both"
        assert in_order(index, All((either, Range("c", "first_seen", None, minutes(3)))), sort="best")[0] == "both"

    def test_the_best_of_what_no_word_asks_for_are_the_newest(self, index: Index) -> None:
        index.upsert("articles", [article(f"a{at}", at=at, published=NOON) for at in range(3)])
        index.refresh("articles")
        assert in_order(index, None, sort="best") == ["a2", "a1", "a0"]
        assert in_order(index, published(None, None), sort="best") == ["a2", "a1", "a0"]

    def test_facets_count_all_hits_not_the_page(self, index: Index) -> None:
        given = [("en", "Paper"), ("en", "Post"), ("ru", "Paper"), ("en", None)]
        index.upsert(
            "articles", [article(f"a{at}", "canal", lang=lang, source=s) for at, (lang, s) in enumerate(given)]
        )
        index.upsert("articles", [article("other", "strait", lang="fr", entities=(torvia(),))])
        index.refresh("articles")
        page = index.search("articles", query(CANAL), limit=1, facets=("lang", "source", "entity"))
        assert page.facets == {"lang": {"en": 3, "ru": 1}, "source": {"paper": 2, "post": 1}, "entity": {}}
        assert list(page.facets["lang"]) == ["en", "ru"]
        after = index.search("articles", query(CANAL), limit=1, after=page.after, facets=("lang",))
        assert after.facets == {"lang": {"en": 3, "ru": 1}}
        whole = index.search("articles", None, facets=("entity",))
        assert whole.facets == {"entity": {"new␣torvia": 1, "tv": 1}}

    def test_a_facet_counts_a_record_once_a_value(self, index: Index) -> None:
        members = tuple(Member(statement=f"s{at}", article="a", first_seen=NOON, source="Paper") for at in range(3))
        index.upsert("claims", [claim("s1", members=members)])
        index.refresh("claims")
        assert index.search("claims", None, facets=("source", "side")).facets == {
            "source": {"paper": 1},
            "side": {"torvia": 1},
        }

    @pytest.mark.parametrize(("name", "field"), [("articles", "title"), ("articles", "nonsense"), ("alerts", "side")])
    def test_a_facet_of_no_exact_values_is_refused(self, index: Index, name: str, field: str) -> None:
        with pytest.raises(ValueError, match=f"'{field}'"):
            index.search(name, None, facets=(field,))

    def test_alerts_are_found_by_state(self, index: Index) -> None:
        index.upsert("alerts", [alert("t1"), alert("t2", state="done", version=2)])
        index.refresh("alerts")
        records = index.search("alerts", parse("state:new", "alerts")).records
        assert [hit.id for hit in records if isinstance(hit, Alert)] == ["t1"]

    def test_retracted_statements_are_found_only_where_asked_for(self, index: Index) -> None:
        index.upsert("statements", [statement("s1"), statement("s2", state="retracted")])
        index.refresh("statements")
        for text, expected in (("answer", ["s1"]), ("answer AND state:retracted", ["s2"]), ("confidence:>0.1", ["s1"])):
            assert [hit.id for hit in index.search("statements", parse(text, "statements")).records] == expected


def torvia() -> Entity:
    return Entity(name="New Torvia", type="GPE", id="TV")


def query(root: Node, index: str = "articles") -> Query:
    return Query(text=repr(root), index=index, root=root)


def in_order(index: Index, root: Node | None, *, sort: Sort = "new", limit: int = 100) -> list[str]:
    page = index.search("articles", None if root is None else query(root), sort=sort, limit=limit)
    return [hit.id for hit in page.records if isinstance(hit, EnrichedArticle)]


def found(index: Index, root: Node, *, sort: Sort = "new") -> list[str]:
    return sorted(in_order(index, root, sort=sort))


def pages(index: Index, root: Node, sort: Sort, limit: int) -> Iterator[str]:
    page = index.search("articles", query(root), sort=sort, limit=limit)
    yield from (hit.id for hit in page.records)
    while page.after is not None:
        page = index.search("articles", query(root), sort=sort, limit=limit, after=page.after)
        yield from (hit.id for hit in page.records)
