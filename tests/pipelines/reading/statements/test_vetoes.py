"""What sounds like a red line and is none: one short text for each class."""

from __future__ import annotations

import pytest

from pipelines.reading.statements.extract import extract
from tests.pipelines.reading.statements.conftest import Understand

NO_STATEMENT = {
    "denial": 'Iran denied that it would strike any ship. "We will not attack anyone," its foreign minister said.',
    "recalled": "In 2014 Russian President Vladimir Putin warned that NATO ships there would be legitimate targets.",
    "pluperfect": "Turkey had warned before the summer that Greek drones would be shot down.",
    "analyst": 'An analyst in Warsaw warned that any Russian drone over Poland "will be shot down".',
    "former official": "Former Israeli general Dan Harel warned that Iran would pay a heavy price if it fired again.",
    "hypothetical": "If Russia warned that NATO ships would be legitimate targets, few in Brussels would be surprised.",
    "fiction": "In the novel, the Russian president warns that any NATO ship in the bay will be sunk.",
    "war game": "In the war game, China's leader warned that American carriers would be sunk.",
    "fabricated": "A fabricated clip shows French President Emmanuel Macron warning that Russian ships will be sunk.",
    "labour": 'The union said that its members "will strike" from Monday unless the company pays more.',
    "domestic": "Kenya's president warned protesters that they would face serious consequences if they marched again.",
    "company": "The airline warned passengers that flights to Israel would be cut if the strike went on.",
    "weather": "Japan's weather agency warned that the storm would hit Okinawa with destructive force.",
    "other's act": "Ukraine's president warned that Russia would attack the Baltic states within three years.",
    "deal": "India's trade minister vowed to strike a deal with Canada before the summer.",
    "reporter's words": "Red lines, ultimatums and threats of force have shaped relations between Iran and Israel.",
    "neutral body": 'The United Nations said that attacks on Syrian hospitals were "unacceptable".',
    "sport": (
        "The coach of the league champions warned that Spain would destroy France in the semi-final. "
        "The striker scored twice in the stadium last season."
    ),
}


@pytest.mark.parametrize("text", NO_STATEMENT.values(), ids=NO_STATEMENT.keys())
def test_no_statement(understand: Understand, text: str) -> None:
    assert extract(understand(text)) == ()
