"""Training of wordings: what tells is learnt, a row's own occasion teaches nothing about it, and all of it again."""

from __future__ import annotations

import numpy as np

from redline.training.wording import Worded, held_out, train

BLANK = np.zeros(4, dtype=np.float32)


def row(number: int, carries: bool) -> Worded:
    words = ["ships", "will", "be", "sunk"] if carries else ["ships", "will", "be", "painted"]
    return Worded(words, BLANK, carries, number % 5, 1.0)


ROWS = [row(number, number % 2 == 0) for number in range(60)]


def test_what_tells_gets_the_weight_and_what_is_rare_none() -> None:
    wording = train([*ROWS, Worded(["sunk", "once"], BLANK, True, 0, 1.0)], "data")
    assert wording.runs["sunk"] > 0 > wording.runs["painted"]
    assert "once" not in wording.runs
    assert wording.likeness(["sunk"], BLANK).odds > 0 > wording.likeness(["painted"], BLANK).odds


def test_the_same_rows_give_the_same_weights() -> None:
    assert train(ROWS, "data") == train(list(ROWS), "data")


def test_the_odds_of_a_row_come_from_the_other_folds() -> None:
    assert all((odds > 0) == one.carries for one, odds in zip(ROWS, held_out(ROWS), strict=True))
    # Where a fold alone has a wording, nothing is known of it.
    strange = [Worded(["barges", "burn"], BLANK, True, 5, 1.0)] * 4
    assert held_out([*ROWS, *strange])[-1] < 1
