"""Records and queries over them: words of many scripts and spellings, and whatever else a text may hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from schemas.errors import QueryError
from schemas.query.analyse import folded, words
from schemas.query.parse import parse
from schemas.query.tree import All, Any, Exact, Node, Now, Prefix, Query, Range, Words
from schemas.records import EnrichedArticle, Entity, Evidence, Record, Span, Statement, TopicLabel

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
COMMON = ["red", "line", "lines", "Kyiv's", "U.S.", "3.5", "S-400", "Sana'a", "границы", "граница", "警告"]
SPELLINGS = [
    *("US", "U.S.-led", "U. S.", "3,5", "3.5%", "35", "S400", "s", "400", "Red", "RÉD", "re\u0301d", "red-line"),
    *("Sana’a", "Sanaʼa", "Sana", "Kyiv’s", "Kyivs'", "l'Iran", "l’Iran", "Iran", "ultimatums", "ultimatum", "'"),
    *("не", "Граница", "границей", "ёлка", "елка", "Україна’s", "İstanbul", "istanbul", "Straße", "strasse", "Łódź"),
    *("الحدود", "الْحُدُود", "حدود", "مرز", "מלחמה", "भारत", "१२३", "ไทย", "Ελλάδα", "ΕΛΛΆΣ", "ελλας"),
    *("警", "台湾海峡", "臺灣", "警告NATO", "NATO警告線", "ミサイル", "ﾐｻｲﾙ", "한국어", "核 警告", "𠀋𠀌"),
    *("co\u00adop", "zero\u200bwidth", "left\u200fright", "no\u00a0break", "li\u2028ne", "\x00", "\x1f", "¶", "␣"),
    *("*", '"', 'o"clock', "a*b", "(x)", "[1 TO 2]", "~2", "lang=ru", "C++", "e.g.", "...", "🙂", "_"),
    *("𐍈" * 3, "𐍈" * 300, "x" * 254, "x" * 255, "x" * 300, "x" * 254 + "'s", "٣٫٥", "ﬁne", "ａｂ", "①", "½", "Ⅷ"),
]
FIELDS = {
    "articles": {"words": ["title", "text", "speaker"], "exact": ["lang", "source", "entity", "side", "has", "topic"]},
    "statements": {"words": ["evidence", "quote", "condition"], "exact": ["lang", "side", "state", "has", "kind"]},
}
NUMBERS = {"articles": ["published", "first_seen"], "statements": ["published", "first_seen", "confidence"]}
VALUES = ["en", "ru", "paper", "évening␣paper", "evening␣paper", "kyiv", "ua", "torvia", "norland", "retracted"]
VALUES += ["quote", "threat", "sanctions", "title", "x" * 255]
SIDES = ["Torvia", "Norland", "Évening Paper"]
IDS = ["a", "b", "c", "A", "é", "z", "zz", "ﬀ", "𐍈", "\U0010fffd", "a b", "a/0/7", "警" * 190, "警" * 189 + "a"]
"""In the order of characters, of bytes and of UTF-16 these stand otherwise; some are longer than a server's ids."""

anything = st.text(max_size=8)
word = st.one_of(st.sampled_from(COMMON), st.sampled_from(COMMON), st.sampled_from(SPELLINGS), anything)
texts = st.lists(word, min_size=1, max_size=9).map(" ".join)
maybe_texts = st.none() | texts
times = st.one_of(
    st.integers(-5, 5).map(lambda days: NOW + timedelta(days=days)),
    st.integers(-2, 2).map(lambda micros: NOW + timedelta(microseconds=micros)),
)
identifiers = st.sampled_from(IDS) | st.text("abc", min_size=1, max_size=3)


@st.composite
def statement(draw: st.DrawFn) -> Statement:
    evidence = draw(texts)
    return Statement(
        id=draw(identifiers),
        article="a0",
        version=1,
        kind=draw(st.sampled_from(["threat", "warning"])),
        side=draw(st.sampled_from(SIDES)),
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


@st.composite
def article(draw: st.DrawFn) -> EnrichedArticle:
    title = draw(texts)
    noise = draw(st.integers(0, len(title)))
    return EnrichedArticle(
        id=draw(identifiers),
        feed="https://x.example/Feed?a=b",
        fetched=draw(times),
        title=title or "x",
        text=draw(maybe_texts),
        noise=(Span(field="title", start=noise // 2, end=noise),),
        lang=draw(st.sampled_from(["en", "ru"])),
        source=draw(st.sampled_from([None, "Paper", "Évening  Paper", "x" * 40_000])),
        published=draw(st.none() | times),
        entities=tuple(draw(st.lists(st.just(Entity(name="Kyiv", type="GPE", id="UA")), max_size=1))),
        topics=tuple(draw(st.lists(st.just(TopicLabel(id="sanctions", score=0.5)), max_size=1))),
        statements=tuple(draw(st.lists(statement(), max_size=2))),
    )


def records(index: str) -> st.SearchStrategy[list[Record]]:
    """A handful of records of ``index``, each with an id of its own."""
    made: dict[str, st.SearchStrategy[Record]] = {"articles": article(), "statements": statement()}
    return st.lists(made[index], min_size=1, max_size=10, unique_by=lambda record: record.id)


def leaves(index: str) -> st.SearchStrategy[Node]:
    """The clauses that can stand in a query of ``index``."""
    fields = st.lists(st.sampled_from(FIELDS[index]["words"]), min_size=1, max_size=2, unique=True).map(tuple)
    tokens = texts.map(lambda text: tuple(token.text for token in words(text))[:4]).filter(bool)
    proximity = st.builds(
        Words, st.just("c"), fields, tokens.map(lambda given: tuple(dict.fromkeys(given))), st.integers(0, 4)
    )
    whole = texts.map(lambda text: [token.text for token in folded(text)]).filter(bool).flatmap(st.sampled_from)
    starts = whole.flatmap(lambda token: st.integers(1, len(token)).map(lambda end: token[:end]))
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
        st.builds(Prefix, st.just("c"), fields, starts),
        st.builds(Exact, st.just("c"), st.sampled_from(FIELDS[index]["exact"]), st.sampled_from(VALUES)),
        ranges,
    )


def nodes(index: str) -> st.SearchStrategy[Node]:
    """Trees of clauses, also such as no one enters."""

    def grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        some = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.builds(All, some, st.lists(inner, max_size=2).map(tuple)) | st.builds(Any, some)

    return st.recursive(leaves(index), grown, max_leaves=8)


def entered(index: str) -> st.SearchStrategy[Query | None]:
    """Queries as people enter them; None for one that is refused."""
    several = st.lists(word, min_size=2, max_size=3).map(" ".join)
    names = st.sampled_from([*FIELDS[index]["words"], *FIELDS[index]["exact"]])
    clause = st.one_of(
        word,
        several.map('"{}"'.format),
        st.builds('"{}"~{}'.format, several, st.integers(0, 5)),
        word.map("{}*".format),
        st.builds("{}:{}".format, names, word | st.sampled_from(["torvia", "en", "paper", "kyiv", "sanctions"])),
        st.builds("published:[{} TO {}]".format, *[st.sampled_from(["*", "now", "now-2d", "2026-11-25"])] * 2),
        st.text("redlins'*\"~2():-ORAND 警.,é", max_size=12),
    )
    joined = st.sampled_from([" ", " OR ", " AND ", " -", " NOT ", ") OR ("])
    return st.builds(
        lambda first, rest: f"({first}" + "".join(by + part for by, part in rest) + ")",
        clause,
        st.lists(st.tuples(joined, clause), max_size=3),
    ).map(lambda text: _parsed(text, index))


def _parsed(text: str, index: str) -> Query | None:
    try:
        return parse(text, index)
    except QueryError:
        return None


def queries(index: str) -> st.SearchStrategy[Sequence[Query]]:
    """A series of queries of ``index``, made as trees and as entered."""
    made = nodes(index).map(lambda root: Query(text="as made", index=index, root=root))
    one = (made | entered(index)).filter(lambda query: query is not None)
    return st.lists(one, min_size=5, max_size=20)  # type: ignore[arg-type]
