"""One statement for a side and a matter, with the fullest speaker, however often and by whom it is said."""

from __future__ import annotations

from pipelines.reading.statements.extract import extract
from tests.pipelines.reading.statements.conftest import Understand


def test_a_name_told_after_the_words_of_the_state(understand: Understand) -> None:
    text = (
        "Peru warned Chile on Monday that any trawler found off Tacna would be sunk. The warning came from Admiral "
        "Luis Rey, who read it out on television."
    )
    (statement,) = extract(understand(text))
    assert (statement.speaker, statement.role, statement.side) == ("Luis Rey", "Admiral", "Peru")


def test_an_unnamed_official_stays_unnamed(understand: Understand) -> None:
    text = (
        "A Peruvian official warned Chile on Monday that any trawler found off Tacna would be sunk. Admiral Luis Rey "
        "was in Cuzco."
    )
    (statement,) = extract(understand(text))
    assert statement.speaker == "Peruvian official"


def test_a_guessed_side_yields_to_the_one_told_right_before(understand: Understand) -> None:
    text = (
        "Chilean ships came near again. Peru warned Chile on Monday that any trawler found off Tacna would be sunk.\n\n"
        '"If a Chilean trawler comes, our gunboats will sink it," the admiral said in Tacna.'
    )
    statements = extract(understand(text))
    assert [statement.side for statement in statements] == ["Peru"]
    assert len(statements[0].evidence) == 2


def test_threat_and_counter_threat_stay_apart(understand: Understand) -> None:
    text = (
        "Peru warned Chile on Monday that any trawler found off Tacna would be sunk.\n\n"
        '"If Peru fires at a trawler, our gunboats will sink its ships," the Chilean admiral replied.'
    )
    assert [statement.side for statement in extract(understand(text))] == ["Peru", "Chile"]
