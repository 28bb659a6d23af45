"""Training: the same rows give the same classifier, and no weight goes against the meaning of its feature."""

from __future__ import annotations

from redline.evaluation.corpus import LabelledArticle
from redline.training.statements import Example, plain, train


def row(number: int, carries: bool, **features: float) -> Example:
    article = LabelledArticle(
        id=f"a-{number}", hand="a", occasion=f"o-{number}", class_="ordinary", style="wire", text="A text."
    )
    return Example(
        article, "Latvia", {name.replace("_", " "): value for name, value in features.items()}, (0,) * carries
    )


ROWS = [
    row(n, n % 3 == 0, said_threat=float(n % 3 == 0), veto_fiction=float(n % 3 == 0), said_we=n % 2) for n in range(90)
]


def test_the_same_rows_give_the_same_classifier() -> None:
    assert train(ROWS, "data") == train(list(ROWS), "data")


def test_a_veto_never_speaks_for_a_statement() -> None:
    classifier = train(ROWS, "data")
    assert classifier.weights["said threat"] > 0
    assert "veto fiction" not in classifier.weights
    assert classifier.probability({"said threat": 1.0}) > 0.9 > 0.1 > classifier.probability({})


def test_plain_articles_have_no_statements_and_an_occasion_each() -> None:
    articles = plain()
    assert len({article.occasion for article in articles}) == len(articles) > 50
    assert not any(article.statements for article in articles)
