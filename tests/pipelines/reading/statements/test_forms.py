"""The forms in which a statement is reported: one short text for each, with the side and the speaker to be found."""

from __future__ import annotations

import pytest

from pipelines.reading.statements.extract import extract
from tests.pipelines.reading.statements.conftest import Understand

Told = tuple[str, str, str]

FORMS: dict[str, tuple[str, list[Told]]] = {
    "split quotation": (
        '"If one more shell lands in our fields," Moldovan Defence Minister Anatolie Nosatii said, '
        '"we will destroy the battery that fired it."',
        [("threat", "Moldova", "Anatolie Nosatii")],
    ),
    "some words in marks": (
        'India\'s foreign ministry spokesman Randhir Jaiswal said Pakistan would "pay a heavy price" '
        "if its drones crossed the line again.",
        [("warning", "India", "Randhir Jaiswal")],
    ),
    "a ministry": (
        "The Chinese foreign ministry said that Japan would be “playing with fire” if it sent troops to Taiwan.",
        [("warning", "China", "Chinese foreign ministry")],
    ),
    "a palace": (
        "The Kremlin warned on Tuesday that Moscow would respond if Finland closed the gulf to its tankers.",
        [("warning", "Russia", "Kremlin")],
    ),
    "threat and counter-threat in one sentence": (
        "Iran vowed to close the Strait of Hormuz if Israel struck its refineries, while Israel warned that it would "
        "bomb any base from which missiles were fired.",
        [("threat", "Iran", "Iran"), ("threat", "Israel", "Israel")],
    ),
    "two targets in one speech": (
        "Turkish President Recep Tayyip Erdogan said that Greek jets entering the zone would be shot down. He also "
        "warned Cyprus that any drilling ship would be stopped by force.",
        [("threat", "Turkey", "Recep Tayyip Erdogan"), ("warning", "Turkey", "Recep Tayyip Erdogan")],
    ),
    "an unnamed official": (
        '"We will hit every airfield from which they take off," a senior Iranian official told reporters, speaking of '
        "American bombers.",
        [("threat", "Iran", "senior Iranian official")],
    ),
    "an armed group": (
        "Yemen's Houthis said they would target British ships in the Red Sea as long as the blockade lasted.",
        [("threat", "Houthis", "Houthis")],
    ),
    "an act of war": (
        'NATO Secretary General Mark Rutte said that an attack on cables in the Baltic would be "an act of war".',
        [("red_line", "NATO", "Mark Rutte")],
    ),
    "a red line": (
        '"The deployment of those missiles is a red line for us," Russian Foreign Minister Sergei Lavrov said of '
        "American plans in Germany.",
        [("red_line", "Russia", "Sergei Lavrov")],
    ),
    "time given": (
        "Azerbaijan gave Armenia until Friday to withdraw its posts from the ridge, or face what its defence ministry "
        'called "a decisive response".',
        [("ultimatum", "Azerbaijan", "Azerbaijan")],
    ),
    "unless": (
        "Egypt's foreign minister, Badr Abdelatty, said his country would act with force unless Ethiopia stopped "
        "filling the dam.",
        [("ultimatum", "Egypt", "Badr Abdelatty")],
    ),
    "according to": (
        "Any ship that enters the exclusion zone will be sunk, according to the Argentine navy, which published the "
        "order on Monday, hours after a British frigate was seen near the islands.",
        [("threat", "Argentina", "Argentine navy")],
    ),
    "a threat that is called none": (
        '"This is no threat, but whoever touches our ships will regret it," Venezuelan Defence Minister Vladimir '
        "Padrino said of the United States.",
        [("warning", "Venezuela", "Vladimir Padrino")],
    ),
    "will not tolerate": (
        "Poland will not tolerate Russian drones in its airspace, Prime Minister Donald Tusk said in Rzeszow.",
        [("unacceptable", "Poland", "Donald Tusk")],
    ),
    "a headline with a colon": (
        "Thai army chief: any further shelling by Cambodia will be answered with air strikes.",
        [("threat", "Thailand", "Thai army chief")],
    ),
    "warned of": (
        'South Korea\'s defence ministry warned of a "swift and overwhelming response" if North Korea fired on the '
        "islands.",
        [("warning", "South Korea", "South Korea's defence ministry")],
    ),
    "a warning as a noun": (
        "A warning from Tehran that it would strike American bases if attacked sent oil prices higher.",
        [("threat", "Iran", "Tehran")],
    ),
}


@pytest.mark.parametrize(("text", "expected"), FORMS.values(), ids=FORMS.keys())
def test_form(understand: Understand, text: str, expected: list[Told]) -> None:
    assert [(s.kind, s.side, s.speaker) for s in extract(understand(text))] == expected


def test_a_title_counts_only_where_the_text_says_nothing(understand: Understand) -> None:
    title = "Iran warns that US ships in the strait will be sunk"
    (alone,) = extract(understand("The text of this story is for subscribers.", title))
    assert [evidence.field for evidence in alone.evidence] == ["title"]
    told = 'Iranian General Reza Amiri warned that American ships in the strait "will be sunk".'
    (with_text,) = extract(understand(told, title))
    assert [evidence.field for evidence in with_text.evidence] == ["text"]
