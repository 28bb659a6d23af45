"""The model of topics: what training makes of labelled articles, and that it is made again the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.reading.reader import Reader
from pipelines.reading.settings import ReadingSettings
from pipelines.reading.topic_model import FEATURES
from redline.training.topics import Labelled, train
from schemas.records import Article
from schemas.times import utc_now

NOW = datetime(2026, 11, 25, tzinfo=UTC)
TEXTS = {
    "sanctions": "The council imposed new sanctions on nine banks of the port. Their assets were frozen.",
    "humanitarian": "Famine threatens the displaced families in the camp. Aid convoys wait at the gate.",
    "trade-dispute": "The ministry will impose tariffs on steel. Exporters fear a trade war over import duties.",
}


@pytest.fixture(scope="module")
def labelled() -> list[Labelled]:
    reader = Reader(ReadingSettings(), utc_now)
    return [
        Labelled(f"{topic}-{copy}", (topic,), document)
        for topic, text in TEXTS.items()
        for copy in range(4)
        for document in reader.documents([Article(id="a", feed="f", fetched=NOW, text=text, lang="en")])
    ]


def test_training_again_gives_the_same(labelled: list[Labelled]) -> None:
    one, other = (train(labelled, list(TEXTS), "here") for _ in range(2))
    assert one == other
    assert set(one.alone.features) == set(FEATURES)
    assert one.alone.features["sentence"] > 0
    assert 0 < one.threshold <= 0.5
    assert one.words["famine"]["humanitarian"] > 0 > one.words["famine"]["sanctions"]
    assert one.odds("humanitarian", {"famine", "camp"}) > one.odds("sanctions", {"famine", "camp"})


def test_a_topic_without_words_of_its_own_is_weighed_by_its_cues(labelled: list[Labelled]) -> None:
    model = train(labelled, list(TEXTS), "here")
    values = dict.fromkeys(FEATURES, 1.0)
    assert model.probability("my-own", values, {"famine"}) == model.alone.probability("my-own", values)
