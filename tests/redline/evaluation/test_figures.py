"""Precision, recall and F1 as one computes them by hand, and intervals that mean something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redline.evaluation.figures import Count, figures


def test_precision_recall_and_f1_are_of_the_sums() -> None:
    # 3 of 4 found are right, 3 of 6 labelled are found: F1 is 2 * .75 * .5 / 1.25 = .6
    figure = figures([{"f": Count.of(1, 2, 1)}, {"f": Count.of(2, 2, 5)}, {}], 1)["f"]
    assert (figure.precision, figure.recall, figure.value) == (0.75, 0.5, 0.6)
    assert (figure.found, figure.labelled) == (4, 6)


def test_a_share() -> None:
    figure = figures([{"s": Count.share(1, 2)}, {"s": Count.share(0, 2)}], 1)["s"]
    assert figure.value == figure.precision == figure.recall == 0.25


def test_nothing_to_count_is_no_figure_and_nothing_right_is_zero() -> None:
    found = figures([{"none": Count.of(0, 0, 0), "wrong": Count.of(0, 1, 0), "missed": Count.of(0, 0, 1)}], 1)
    assert (found["none"].value, found["none"].low) == (None, None)
    assert (found["wrong"].value, found["wrong"].precision, found["wrong"].recall) == (0.0, 0.0, None)
    assert (found["missed"].value, found["missed"].precision, found["missed"].recall) == (0.0, None, 0.0)
    assert figures([], 1) == {}


def test_the_interval_of_a_share_is_about_what_theory_says() -> None:
    # 100 articles, half of them right: 1.96 * sqrt(.25 / 100) is .098
    figure = figures([{"s": Count.share(number % 2, 1)} for number in range(100)], 1)["s"]
    assert figure.low == pytest.approx(0.402, abs=0.03)
    assert figure.high == pytest.approx(0.598, abs=0.03)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=20))
def test_a_figure_lies_between_0_and_1_and_its_interval_is_the_same_again(drawn: list[tuple[int, int, int]]) -> None:
    counts = [{"f": Count.of(min(each), each[1], each[2])} for each in drawn]
    figure = figures(counts, 3)["f"]
    assert figures(counts, 3)["f"] == figure
    if figure.value is not None and figure.low is not None and figure.high is not None:
        assert 0 <= figure.low <= figure.high <= 1
        assert 0 <= figure.value <= 1
