"""The taxonomy: all topics are there, by id and by name, and a wrong topic is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import DataFileError
from schemas.taxonomy import load_taxonomy

GOOD = '[[topic]]\nid = "a-topic"\nname = "A topic"\ndescription = "About a."\nstrong = ["big * thing"]\n'


def test_topics_are_found_by_id_and_by_name() -> None:
    taxonomy = load_taxonomy()
    assert len(taxonomy.topics) == 19
    topic = taxonomy.by_id("nato-expansion")
    assert topic is not None
    assert taxonomy.by_name("nato expansion") is topic
    assert taxonomy.by_id("weather") is None


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (GOOD + "[[topic]\n", 6),
        (GOOD + GOOD, 6),
        (GOOD.replace('id = "a-topic"', 'id = "A Topic"'), 1),
        (GOOD.replace("strong", "srtong"), 1),
        (GOOD.replace("big *", "Big *"), 1),
        (GOOD.replace("big * thing", "big *"), 1),
        (GOOD.replace('["big * thing"]', "[]"), 1),
        (GOOD.replace('name = "A topic"\n', ""), 1),
    ],
)
def test_a_wrong_topic_is_named(tmp_path: Path, body: str, line: int) -> None:
    file = tmp_path / "topics.toml"
    file.write_text(body)
    with pytest.raises(DataFileError) as caught:
        load_taxonomy([file])
    assert caught.value.line == line


def test_a_users_topics_come_after_the_built_in_ones(tmp_path: Path) -> None:
    file = tmp_path / "topics.toml"
    file.write_text(GOOD)
    assert [topic.id for topic in load_taxonomy([file]).topics][-1] == "a-topic"


def test_examples_become_cues(tmp_path: Path) -> None:
    file = tmp_path / "topics.toml"
    file.write_text(
        '[[topic]]\nid = "wheat"\nname = "Wheat"\nexamples = ["Wheat silos burned on Monday with the port."]\n'
    )
    topic = load_taxonomy([file]).by_id("wheat")
    assert topic is not None
    assert topic.medium == ("wheat silos", "silos burned")
    assert topic.weak == ("wheat", "silos", "burned", "port")
