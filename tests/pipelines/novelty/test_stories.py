"""Stories join the same and nearly the same text, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pipelines.novelty.signature import restore, signature
from pipelines.novelty.stories import Stories

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WIRE = """The council of the harbour town voted on Monday to dredge the inner basin before the winter, after two ferries
ran aground within a week. Engineers told the meeting that silt had risen by half a metre since the spring, and that the
work would close one quay for eleven days. The mayor said the money had been set aside. Fishermen had asked for a later
date, since the herring come in with the first cold nights, but agreed to land their catch on the western pier."""
EDITED = WIRE.replace("Monday", "Monday night").replace("Engineers", "Surveyors").replace("The mayor", "Its mayor")
OTHER = """A court in the provincial capital has put off the trial of an ex-governor, who is accused of selling quarry
rights to a cousin. The judge said that the defence had been given three boxes of papers only last week and needed the
time to read them. The prosecutor did not object. The governor, who left the building by a side door, did not speak."""


def story(stories: Stories, article: str, text: str) -> str:
    mark = signature(text)
    found = stories.find(mark) or article
    stories.add(article, found, mark, NOON)
    return found


def test_the_same_and_an_edited_text_belong_to_the_story_seen_first() -> None:
    stories = Stories()
    assert [story(stories, "a", WIRE), story(stories, "b", WIRE), story(stories, "c", EDITED)] == ["a", "a", "a"]
    assert story(stories, "d", OTHER) == "d"
    assert stories.story_of("c") == "a"
    assert stories.first_seen("a") == NOON


def test_short_texts_that_differ_in_the_one_word_that_counts_stay_apart() -> None:
    stories = Stories()
    story(stories, "a", "General warns of strike on bridge")
    assert story(stories, "b", "General warns of strike on dam") == "b"
    assert story(stories, "c", "General warns of strike on bridge") == "a"


def test_a_text_without_two_words_has_no_signature_and_no_neighbours() -> None:
    assert signature("Ultimatum") is None
    stories = Stories()
    assert story(stories, "a", "Ultimatum") == "a"
    assert story(stories, "b", "Ultimatum") == "b"


def test_a_signature_of_an_unknown_kind_finds_nothing() -> None:
    assert restore("v9:????") is None
    assert restore("12:AAAA") is None


@given(st.text(min_size=1, max_size=200))
def test_a_signature_is_stable_and_reads_back(text: str) -> None:
    first, second = signature(text), signature(text)
    assert first == second
    if first is not None:
        back = restore(first)
        assert back is not None
        assert back.pairs >= 1
