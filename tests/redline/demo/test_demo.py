"""The whole demo with all its real parts, three times as fast, beside what it is expected to find."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest

from infra.elasticsearch import ElasticsearchServer
from infra.kafka import KafkaServer
from redline.demo.run import homes_in, prepare, running
from redline.demo.samples import Expectations, Samples, load, load_expected
from redline.lifecycle import Stop
from schemas.protocols import Index
from schemas.records import Alert, Claim, Delivery, EnrichedArticle, Watch
from schemas.times import utc_now
from tests.processes import eventually

pytestmark = pytest.mark.integration
PACE = 3
PATIENCE_S = 300


@dataclass
class Found:
    """What a demo left in its index; articles by key, a correction under the key of what it corrects."""

    articles: Mapping[str, EnrichedArticle]
    claims: Mapping[str, Claim]
    alerts: list[Alert]
    deliveries: Mapping[str, Delivery]
    watches: Mapping[str, str]

    def key(self, article: str) -> str:
        return next(key for key, one in self.articles.items() if one.id == article)

    def claims_of(self, key: str) -> set[str]:
        """The claims of an article's statements."""
        statements = self.articles[key].statements
        return {one.claim for one in statements if one.claim and one.state is None}

    def alerts_of(self, watch: str) -> list[Alert]:
        return [alert for alert in self.alerts if self.watches[alert.watch] == watch]


@pytest.fixture(scope="module")
def samples() -> Samples:
    return load()


@pytest.fixture(scope="module")
def expected() -> Expectations:
    return load_expected()


@pytest.fixture(scope="module", params=["embedded", "servers"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> Found:
    folder = tmp_path_factory.mktemp("demo")
    prepare(folder)
    servers = settings_of(request) if request.param == "servers" else ""
    with running(folder, Stop(), utc_now, PACE, servers=servers) as index:
        done = eventually(lambda: is_done(folder, index, samples), PATIENCE_S)
        result = look(index, samples)
    log = (folder / "redline.log").read_text()
    assert done, log
    return result


def settings_of(request: pytest.FixtureRequest) -> str:
    """The settings of the tests' servers, with names of the demo's own."""
    kafka: KafkaServer = request.getfixturevalue("kafka")
    elasticsearch: ElasticsearchServer = request.getfixturevalue("elasticsearch")
    prefix = f"demo-{uuid4().hex}-"
    return (
        f'[kafka]\nbootstrap_servers = ["{kafka.bootstrap}"]\nprefix = "{prefix}"\n'
        f'[elasticsearch]\nurls = ["{elasticsearch.url}"]\nprefix = "{prefix}"\nrefresh = 0.2\n'
    )


def is_done(folder: Path, index: Index, samples: Samples) -> bool:
    """Whether all samples are stored in their last form, and all that the log holds is processed and delivered."""
    last = {samples.url(article): article.title for article in samples.articles}
    stored = {cast(EnrichedArticle, record).title for record in index.scan("articles")}
    with closing(homes_in(folder).log()) as log:
        ends = {partition: log.end("articles", partition) for partition in range(log.partitions("articles"))}
        committed = log.committed("process", "articles")
    if not (set(last.values()) <= stored and all(committed.get(one, 0) == end for one, end in ends.items())):
        return False
    alerts = [cast(Alert, record) for record in index.scan("alerts")]
    deliveries = [cast(Delivery, record) for record in index.scan("deliveries")]
    return {alert.id for alert in alerts if alert.state == "new"} == {one.alert for one in deliveries if one.delivered}


def look(index: Index, samples: Samples) -> Found:
    by_url = {cast(EnrichedArticle, record).url: cast(EnrichedArticle, record) for record in index.scan("articles")}
    keys = {samples.url(article): article.corrects or article.key for article in samples.articles}
    return Found(
        articles={key: by_url[url] for url, key in keys.items() if url in by_url},
        claims={record.id: cast(Claim, record) for record in index.scan("claims")},
        alerts=[cast(Alert, record) for record in index.scan("alerts")],
        deliveries={record.id: cast(Delivery, record) for record in index.scan("deliveries")},
        watches={record.id: cast(Watch, record).name for record in index.scan("watches")},
    )


def test_every_article_is_stored_once_in_its_last_form(found: Found, samples: Samples) -> None:
    titles = {article.corrects or article.key: article.title for article in samples.articles}
    assert {key: article.title for key, article in found.articles.items()} == titles


def test_languages_are_detected(found: Found, samples: Samples, expected: Expectations) -> None:
    wanted = {one.corrects or one.key: expected.articles[one.key].lang for one in samples.articles}
    assert {key: article.lang for key, article in found.articles.items()} == wanted


def test_each_article_has_the_claim_that_is_expected(found: Found, samples: Samples, expected: Expectations) -> None:
    labels: dict[str, set[str]] = defaultdict(set)
    wrong = {}
    for article in samples.articles:
        key, label = article.corrects or article.key, expected.articles[article.key].claim
        claims = found.claims_of(key)
        if label is not None and len(claims) == 1:
            labels[label] |= claims
        elif label is not None or claims:
            wrong[key] = (label, [found.claims[claim].kind for claim in claims])
    assert not wrong
    assert {label: len(claims) for label, claims in labels.items()} == dict.fromkeys(labels, 1)
    assert len(set.union(*labels.values())) == len(labels)


def test_each_claim_has_one_alert_on_the_article_that_opened_it(found: Found, expected: Expectations) -> None:
    alerts = found.alerts_of("Every red line")
    assert all(alert.state == "new" for alert in alerts)
    first = {one.claim: key for key, one in expected.articles.items() if one.alert}
    assert len(alerts) == len(first)
    for alert in alerts:
        opened = found.key(alert.article)
        assert alert.claim == alert.statement
        [label] = {expected.articles[opened].claim}
        rest = [key for key, one in expected.articles.items() if one.claim == label and key in found.articles]
        if is_in_order(found, first[label], rest):
            assert opened == first[label]


def is_in_order(found: Found, first: str, rest: list[str]) -> bool:
    """Whether ``first`` was read before the others came, as it is on a machine that keeps pace."""
    enriched = found.articles[first].enriched
    assert enriched is not None
    return all(found.articles[key].first_seen > enriched for key in rest if key != first)


def test_the_watch_over_articles_meets_what_is_expected(found: Found, expected: Expectations) -> None:
    for name, keys in expected.watches.items():
        stories = {alert.story for alert in found.alerts_of(name)}
        assert stories == {found.articles[key].story for key in keys}


def test_every_alert_is_delivered_once_with_its_latency(found: Found) -> None:
    new = [alert for alert in found.alerts if alert.state == "new"]
    assert {f"{alert.id}/terminal" for alert in new} == set(found.deliveries)
    for alert in new:
        delivery = found.deliveries[f"{alert.id}/terminal"]
        assert delivery.delivered is not None
        assert alert.trace.published is not None
        # A feed is asked a moment before it answers, and may hold what was published in that moment.
        assert max(alert.trace.published, alert.trace.fetched) <= alert.trace.matched <= delivery.delivered
