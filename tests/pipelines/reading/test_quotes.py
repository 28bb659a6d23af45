"""Quotations: every kind of mark, apostrophes left alone, and nothing beyond a paragraph."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.quotes import quotations

CASES = {
    "straight": ('He said "we will strike," and left. "Never."', ["we will strike,", "Never."]),
    "curly": ("The envoy said: “If any come, they burn.”", ["If any come, they burn."]),
    "curly single with apostrophes": ("‘We won’t yield,’ she said. The soldiers’ tents.", ["We won’t yield,"]),
    "straight single with apostrophes": (
        "'The soldiers' families wait,' he said. It's '90s talk, don't.",
        ["The soldiers' families wait,"],
    ),
    "low-high": ("„Wir kommen“, sagte er.", ["Wir kommen"]),
    "low-high with curly end": ("„Jdeme”, řekl.", ["Jdeme"]),
    "spaced guillemets": ("« Nous viendrons », dit-il.", ["Nous viendrons"]),
    "reversed guillemets": ("»Wir kommen«, sagte er.", ["Wir kommen"]),
    "two right marks": ("”Vi kommer” sade han.", ["Vi kommer"]),
    "mixed marks": ("He said “one closes wrong\" then 'two'.", ["one closes wrong", "two"]),
    "inches": ('A 12" gun and a 5\' 3" man said "no 12" gun here" again.', ['no 12" gun here']),
    "nested": ("“Our word ‘stop’ stands,” he said.", ["Our word ‘stop’ stands,"]),
    "no space after": ("“It is ours”—said he, “yes.”1 And", ["It is ours", "yes."]),
    "brackets": ('He said: "we [the state] will ..." and', ["we [the state] will ..."]),
    "reopened in each paragraph": ("“It goes on.\n\n“It ends.”", ["It goes on.", "It ends."]),
    "unclosed, then another": ("“A, she said. He added: “B is final.”", ["A, she said.", "B is final."]),
    "cut off": ("The text stops at “we shall not let any", ["we shall not let any"]),
    "possessives alone": ("Kyiv's allies' troops stay the envoys' guests.", []),
    "empty": ('"" and “ ”', []),
}


@pytest.mark.parametrize(("text", "inside"), CASES.values(), ids=CASES.keys())
def test_quotations(text: str, inside: list[str]) -> None:
    assert [text[q.start : q.end] for q in quotations(text)] == inside


def test_an_unclosed_quotation_says_so() -> None:
    assert [q.closed for q in quotations("“Open\n\n“Closed”")] == [False, True]


@given(st.text(alphabet="ab .,'\"“”‘’«»„\n1-", max_size=60))
def test_they_lie_in_one_paragraph_in_order_and_apart(text: str) -> None:
    end = 0
    for quotation in quotations(text):
        assert end <= quotation.start < quotation.end <= len(text)
        assert "\n" not in text[quotation.start : quotation.end]
        assert quotation.opening in text[end : quotation.start]
        end = quotation.end
