"""Entities: each name once, in its fullest form, with its type, its id and all its mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.reading.entities import EntityFinder
from schemas.gazetteer import Gazetteer
from schemas.records import Entity, TextField

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


@pytest.fixture(scope="module")
def finder(gazetteer: Gazetteer) -> EntityFinder:
    return EntityFinder(gazetteer)


def find(finder: EntityFinder, nlp: Language, text: str, title: str | None = None) -> dict[str, Entity]:
    docs: dict[TextField, Doc] = {"title": nlp(title)} if title else {}
    found = finder.find({**docs, "text": nlp(text)}, lambda *_: False)
    names = [entity.name for entity in found]
    assert len(names) == len(set(names))
    return {entity.name: entity for entity in found}


def test_short_forms_join_the_full_name_without_titles(finder: EntityFinder, nlp: Language) -> None:
    text = "Estonian Defence Minister Liisa Kaldvere spoke in Tallinn. Kaldvere left early. President Putin did not."
    found = find(finder, nlp, text)
    assert [text[m.start : m.end] for m in found["Liisa Kaldvere"].mentions] == ["Liisa Kaldvere", "Kaldvere"]
    assert found["Liisa Kaldvere"].type == "PERSON"
    assert (found["Putin"].id, found["Putin"].type) == ("vladimir-putin", "PERSON")


def test_spellings_of_one_thing_have_one_id(finder: EntityFinder, nlp: Language) -> None:
    found = find(finder, nlp, "Zelensky was in Kiev. Later Volodymyr Zelenskyy left Kyiv for the U.S. and America.")
    assert found["Volodymyr Zelenskyy"].id == "volodymyr-zelenskyy"
    assert len(found["Volodymyr Zelenskyy"].mentions) == 2
    assert {entity.id for entity in found.values() if entity.type == "GPE"} == {"UA-capital", "US"}


def test_a_capital_and_its_state_are_two_names(finder: EntityFinder, nlp: Language) -> None:
    found = find(
        finder, nlp, "Moscow said on Monday that Russia would answer NATO in the Black Sea, the Kremlin added."
    )
    types = {name: entity.type for name, entity in found.items()}
    assert types == {"Moscow": "GPE", "Russia": "GPE", "NATO": "ORG", "Black Sea": "LOC", "Kremlin": "ORG"}


def test_generic_bodies_treaties_and_channels_are_no_entities(finder: EntityFinder, nlp: Language) -> None:
    text = "The Defence Ministry quit the Lisbon Treaty, the envoy wrote on Telegram. The government agreed."
    assert {"Defence Ministry", "Lisbon Treaty", "Telegram", "government"}.isdisjoint(find(finder, nlp, text))


def test_a_leaders_namesake_keeps_the_name(finder: EntityFinder, nlp: Language) -> None:
    found = find(finder, nlp, "The painter Clara Merz showed her work in Graz. Merz said that she was glad.")
    assert list(found) == ["Clara Merz", "Graz"]
    assert found["Clara Merz"].id is None
    assert len(found["Clara Merz"].mentions) == 2


def test_another_spelling_of_a_known_leader_is_known(finder: EntityFinder, nlp: Language) -> None:
    assert find(finder, nlp, "The minister met Dmitrij Peskov in Sochi.")["Dmitrij Peskov"].id == "dmitry-peskov"


def test_a_headline_in_capitals_adds_only_known_names(finder: EntityFinder, nlp: Language) -> None:
    found = find(
        finder, nlp, "Finland answered on Tuesday.", title="Finland Draws Line Over Cable Cutting In Gulf Waters"
    )
    assert [m.field for m in found["Finland"].mentions] == ["title", "text"]
    assert set(found) <= {"Finland", "Gulf"}


def test_noise_has_no_entities(finder: EntityFinder, nlp: Language) -> None:
    doc = nlp("Sweden waits. Norway moves.")
    found = finder.find({"text": doc}, lambda field, at: field == "text" and at > 12)
    assert [entity.name for entity in found] == ["Sweden"]


def test_a_title_before_a_name_makes_it_a_persons(finder: EntityFinder, nlp: Language) -> None:
    found = find(finder, nlp, "The spokesman Maksim Tulyev said the troops would stay. Ms Amory left with Tulyev.")
    assert {name: entity.type for name, entity in found.items()} == {"Maksim Tulyev": "PERSON", "Amory": "PERSON"}


def test_a_dateline_is_a_place_in_common_letters(finder: EntityFinder, nlp: Language) -> None:
    assert find(finder, nlp, "LIPARI, Nov. 3 (Meridian) - Nobody was hurt.")["Lipari"].type == "GPE"
    assert find(finder, nlp, "ST PETERSBURG — Ships left.")["St Petersburg"].id == "saint-petersburg"
    assert find(finder, nlp, "THE HAGUE — Judges met.")["The Hague"].id == "NL-capital"


def test_a_common_word_at_the_beginning_of_a_sentence_is_no_name(finder: EntityFinder, nlp: Language) -> None:
    assert find(finder, nlp, "Avalanche danger rose. An avalanche is likely. Farmers stay home.") == {}


@pytest.mark.parametrize(
    ("text", "name", "type_"),
    [
        ("Prices rose in Larnaca and Tamanrasset.", "Tamanrasset", "GPE"),
        ("Rear Admiral Tomas Veld-Harra left the room.", "Tomas Veld-Harra", "PERSON"),
        ("President Anton Meral of Cyprus flew home.", "Anton Meral", "PERSON"),
        ("The clerk, Sister Agnes Tolvay, was kind.", "Agnes Tolvay", "PERSON"),
        ("Flights left Visby airport at noon.", "Visby airport", "FAC"),
        ("Snow fell on the Troodos mountains.", "Troodos mountains", "LOC"),
        ("A plane landed in the Republic of Chad.", "Republic of Chad", "GPE"),
        ("NOVI SAD, May 2 (AFP) - Trams stopped.", "AFP", "ORG"),
        ("Karachi: Shops were shut on Monday.", "Karachi", "GPE"),
        ("Ferries crossed the Skagerrak again.", "Skagerrak", "LOC"),
    ],
)
def test_names_that_the_model_cuts_or_mistakes(
    finder: EntityFinder, nlp: Language, text: str, name: str, type_: str
) -> None:
    assert find(finder, nlp, text)[name].type == type_


def test_who_speaks_in_a_transcript_is_no_dateline(finder: EntityFinder, nlp: Language) -> None:
    assert find(finder, nlp, "ANCHOR: It is raining again.") == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The acting minister, Tesh Gavril Oba, said no.", ["Tesh Gavril Oba"]),
        ("Colonel Dae Min-soo of the engineers left.", ["Dae Min-soo"]),
        ("Troops dug in near Samarra on Monday.", ["Samarra"]),
        ("The Indian army waited.", ["Indian"]),
    ],
)
def test_names_told_by_what_stands_around_them(
    finder: EntityFinder, nlp: Language, text: str, names: list[str]
) -> None:
    assert list(find(finder, nlp, text)) == names
