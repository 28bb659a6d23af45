"""The model of topics: what training makes of labelled articles, and that it is made again the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.reading.document import Document
from pipelines.reading.reader import Reader
from pipelines.reading.settings import ReadingSettings
from pipelines.reading.topic_model import FEATURES
from redline.evaluation.corpus import LabelledArticle
from redline.training.topics import train
from schemas.taxonomy import load_taxonomy
from schemas.times import utc_now

NOW = datetime(2026, 11, 25, tzinfo=UTC)
TEXTS = {
    "sanctions": "The council imposed new sanctions on nine banks of the port. Their assets were frozen.",
    "humanitarian": "Famine threatens the displaced families in the camp. Aid convoys wait at the gate.",
    "trade-dispute": "The ministry will impose tariffs on steel. Exporters fear a trade war over import duties.",
}


@pytest.fixture(scope="module")
def labelled() -> list[tuple[LabelledArticle, Document]]:
    reader = Reader(ReadingSettings(), utc_now)
    articles = [
        LabelledArticle(
            id=f"{topic}-{copy}", hand="a", occasion=f"{topic}-{copy}", class_="ordinary", style="wire",
            text=text, topics=(topic,),
        )
        for topic, text in TEXTS.items()
        for copy in range(4)
    ]  # fmt: skip
    return [(article, reader.documents([article.article(NOW)])[0]) for article in articles]


def test_training_again_gives_the_same(labelled: list[tuple[LabelledArticle, Document]]) -> None:
    articles, documents = zip(*labelled, strict=True)
    one, other = (train(articles, documents, load_taxonomy(), "here") for _ in range(2))
    assert one == other
    assert set(one.weights) == set(FEATURES)
    assert one.weights["sentence"] > 0
    assert 0 < one.threshold <= 0.5
