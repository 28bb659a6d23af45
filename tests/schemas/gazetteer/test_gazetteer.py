"""The gazetteer: variants of a name lead to one entry, and a wrong line is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import DataFileError
from schemas.gazetteer import Gazetteer, load_gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.mark.parametrize(
    ("name", "id_", "side"),
    [
        ("Zelensky", "volodymyr-zelenskyy", "Ukraine"),
        ("Volodymyr Zelenskiy", "volodymyr-zelenskyy", "Ukraine"),
        ("Kiev", "UA-capital", "Ukraine"),
        ("KYIV", "UA-capital", "Ukraine"),
        ("Putin's", "vladimir-putin", "Russia"),
        ("the Kremlin", "kremlin", "Russia"),
        ("The Hague", "NL-capital", "Netherlands"),
        ("Moscow’s", "RU-capital", "Russia"),
        ("U.S.", "US", "United States"),
        ("US", "US", "United States"),
        ("United States’", "US", "United States"),
        ("Russians", "RU-people", "Russia"),
        ("erdogan", "recep-tayyip-erdogan", "Turkey"),
        ("Kim Jong-un", "kim-jong-un", "North Korea"),
        ("Nato", "nato", "NATO"),
        ("Black Sea", "black-sea", None),
    ],
)
def test_variants_of_a_name_lead_to_one_entry(gazetteer: Gazetteer, name: str, id_: str, side: str | None) -> None:
    entry = gazetteer.lookup(name)
    assert entry is not None
    assert (entry.id, entry.side) == (id_, side)


@pytest.mark.parametrize("word", ["us", "who", "un", "Mr", "", "'s", "troops"])
def test_words_are_no_names(gazetteer: Gazetteer, word: str) -> None:
    assert gazetteer.lookup(word) is None


def test_every_id_is_unique_and_every_side_is_itself_an_entry(gazetteer: Gazetteer) -> None:
    assert len({entry.id for entry in gazetteer.entries}) == len(gazetteer.entries)
    assert [entry for entry in gazetteer.entries if entry.side and not gazetteer.lookup(entry.side)] == []


def test_all_members_of_the_united_nations_are_there(gazetteer: Gazetteer) -> None:
    assert sum(entry.id.isupper() and len(entry.id) == 2 for entry in gazetteer.entries) >= 193


def test_a_user_folder_adds_entries_and_overrides_names(tmp_path: Path) -> None:
    (tmp_path / "mine.tsv").write_text(
        "id\ttype\tname\taliases\tside\trole\nnew-leader\tPERSON\tAnna Putin\tPutin\tFreedonia\tQueen of Freedonia\n"
    )
    gazetteer = load_gazetteer([tmp_path])
    entry = gazetteer.lookup("Putin")
    assert entry is not None
    assert entry.role == "Queen of Freedonia"
    assert gazetteer.lookup("Vladimir Putin") is not None


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("name\n", 1),
        ("id\ttype\tname\taliases\tside\trole\nx\tPERSON\tX\n", 2),
        ("id\ttype\tname\taliases\tside\trole\nx\tROBOT\tX\t\t\t\n", 2),
        ("id\ttype\tname\taliases\tside\trole\n\tORG\tX\t\t\t\n", 2),
        ("id\ttype\tname\taliases\tside\trole\na\tORG\tX\t\t\t\n\nb\tORG\tY\tX\t\t\n", 4),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, body: str, line: int) -> None:
    (tmp_path / "bad.tsv").write_text(body)
    with pytest.raises(DataFileError) as caught:
        load_gazetteer([tmp_path])
    assert caught.value.line == line
    assert "bad.tsv" in str(caught.value)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="no such folder"):
        load_gazetteer([tmp_path / "nowhere"])
