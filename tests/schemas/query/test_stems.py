"""Light endings: what comes off, and what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.query.analyse import fold
from schemas.query.stems import stem


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("ships", "ship"),
        ("parties", "party"),
        ("missiles", "missile"),
        ("shoes", "shoes"),
        ("glass", "glass"),
        ("status", "status"),
        ("us", "us"),
        ("nato", "nato"),
    ],
)
def test_harmans_rules(word: str, expected: str) -> None:
    assert stem(word) == expected


@pytest.mark.parametrize(
    "forms",
    [
        "угроза угрозы угрозу угрозой угрозами угроз",
        "санкция санкции санкций санкциями санкциях",
        "красная красной красные красных красными",
        "Иран Ирана Ирану Ираном Иране",
        "Украина Украины Украиной",
        "Україна України Україну Україні",
        "границы граница границей",
    ],
)
def test_cases_of_one_word_have_one_stem(forms: str) -> None:
    assert len({stem(fold(form)) for form in forms.split()}) == 1


@pytest.mark.parametrize("forms", ["мир море", "США Сша", "порт порыв"])
def test_other_words_stay_apart(forms: str) -> None:
    one, other = forms.split()
    assert (stem(fold(one)) == stem(fold(other))) == (fold(one) == fold(other))


@given(st.text(st.sampled_from("abceisuабвеинмоуыьіє停"), min_size=1, max_size=8))
def test_a_stem_begins_its_word_and_is_never_empty(word: str) -> None:
    found = stem(word)
    assert found
    assert word.startswith(found.removesuffix("y"))
