"""No occasion, side or wording stands in two parts, and what was in a part stays there."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from redline.evaluation.corpus import LabelledArticle
from redline.evaluation.split import PARTS, SHARES, Part, groups, shared_wording, split
from schemas.gazetteer import load_gazetteer
from tests.redline.evaluation.labelled import plain, statement, telling

GAZETTEER = load_gazetteer()


def article(number: int, occasion: int, side: int | None) -> LabelledArticle:
    id_ = f"aa-{number:03}"
    said = (statement(side=f"Side {side}", claim=f"{occasion}/a"),) if side is not None else ()
    words = " ".join(f"w{number}x{place}" for place in range(20))
    return telling(
        id_, said, title=None, text=words, occasion=str(occasion), class_="statement" if said else "ordinary"
    )


SOME = st.lists(st.tuples(st.integers(0, 12), st.none() | st.integers(0, 8)), min_size=1, max_size=40)


@given(SOME)
def test_nothing_stands_in_two_parts_and_order_does_not_matter(drawn: list[tuple[int, int | None]]) -> None:
    articles = [article(number, *each) for number, each in enumerate(drawn)]
    parts = split(articles, {}, GAZETTEER, 1)
    assert sorted(one.id for held in parts.values() for one in held) == [one.id for one in articles]
    where: dict[str, set[Part]] = defaultdict(set)
    for part, held in parts.items():
        for one in held:
            where[f"occasion {one.occasion}"].add(part)
            for each in one.statements:
                where[f"side {each.side}"].add(part)
    assert all(len(held) == 1 for held in where.values())
    assert split(articles[::-1], {}, GAZETTEER, 1) == parts


@given(SOME, SOME)
def test_what_was_in_a_part_stays_or_goes_to_one_that_was_seen_more(
    first: list[tuple[int, int | None]], more: list[tuple[int, int | None]]
) -> None:
    articles = [article(number, *each) for number, each in enumerate([*first, *more])]
    before = {one.id: part for part, held in split(articles[: len(first)], {}, GAZETTEER, 1).items() for one in held}
    after = {one.id: part for part, held in split(articles, before, GAZETTEER, 1).items() for one in held}
    assert all(PARTS.index(after[id_]) <= PARTS.index(part) for id_, part in before.items())
    assert split(articles, after, GAZETTEER, 2) == split(articles, after, GAZETTEER, 1)


def test_the_parts_have_their_shares_of_each_class() -> None:
    articles = [article(number, number, number % 40 if number % 2 else None) for number in range(400)]
    parts = split(articles, {}, GAZETTEER, 1)
    for part, held in parts.items():
        told = sum(bool(one.statements) for one in held)
        assert abs(len(held) / 400 - SHARES[part]) < 0.02
        assert abs(told / 200 - SHARES[part]) < 0.05


def test_articles_that_share_wording_are_one_group() -> None:
    sentence = "the tide will carry every one of your boats back to the quay"
    one = plain("aa-001", text=f"A speech. Listen: {sentence}.")
    other = plain("bb-001", text=f"He sang that {sentence} again.")
    apart = plain("cc-001", text="Nothing of the kind was heard anywhere on that day.")
    assert list(shared_wording([one, other, apart])) == [("aa-001", "bb-001")]
    assert [[a.id for a in group] for group in groups([apart, other, one], GAZETTEER)] == [
        ["aa-001", "bb-001"],
        ["cc-001"],
    ]


def test_a_phrase_that_many_use_is_no_shared_wording() -> None:
    phrase = "the permanent member states of the united nations security council said"
    assert shared_wording([plain(f"aa-{n}", text=f"{phrase} {n}") for n in range(6)]) == {}


def test_a_side_under_two_names_is_one() -> None:
    said = [(statement(side=side, claim="x/a"),) for side in ("Russia", "Soviet Union")]
    russia = telling("aa-001", said[0], title=None, text="Now.", occasion="now")
    union = telling("aa-002", said[1], title=None, text="Then.", occasion="then")
    assert len(groups([russia, union], GAZETTEER)) == 1
