"""What records say in the fields of the query language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.query.fields import FIELDS, fields_of, has_values
from schemas.query.project import GAP, GREATEST_SLOP, exact_value, project
from schemas.records import (
    INDEXES,
    Alert,
    Entity,
    EntityRef,
    Record,
    Span,
    TopicLabel,
    Trace,
    Watch,
)
from tests.schemas.query.samples import NOON, article, claim, statement

ALERT = Alert(id="x1", watch="w1", article="a1", claim="c1", trace=Trace(fetched=NOON, matched=NOON))
FULL_STATEMENT = statement(
    "It will sink them.",
    speaker="Ana Torvik",
    target="foreign ships",
    target_sides=("Lakonia",),
    condition="if they enter",
    consequence="sink them",
    quote="We will sink them",
    entities=(EntityRef(name="Lakonia", id="LK"),),
    topics=("maritime-security",),
    lang="en",
    published=NOON,
    source="The Lantern",
)
FULL_ARTICLE = article(
    "Torvia warns Lakonia",
    "Ships must stay away.",
    source="The Lantern",
    lang="en",
    tags=("Sea", "War"),
    story="a0",
    published=NOON,
    entities=(Entity(name="Lakonia", type="GPE", id="LK"),),
    topics=(TopicLabel(id="maritime-security", score=0.9),),
    statements=(FULL_STATEMENT,),
)


def test_article() -> None:
    said = project("articles", FULL_ARTICLE)
    assert said.words == {
        "title": ("torvia", "warn", "lakonia"),
        "text": ("ship", "must", "stay", "away"),
        "speaker": ("ana", "torvik"),
    }
    assert said.folded["text"] == ("ships", "must", "stay", "away")
    assert said.exact["entity"] == {"lakonia", "lk"}
    assert said.exact["tag"] == {"sea", "war"}
    assert said.exact["side"] == {"torvia"}
    assert said.exact["topic"] == {"maritime-security"}
    assert said.exact["has"] >= {"statement", "quote", "condition", "consequence", "target", "title", "published"}
    assert said.numbers == {"published": NOON.timestamp(), "first_seen": NOON.timestamp()}


def test_statement() -> None:
    said = project("statements", FULL_STATEMENT)
    assert said.words["consequence"] == ("sink", "them")
    assert said.exact["target_side"] == {"lakonia"}
    assert said.exact["source"] == {"the␣lantern"}
    assert said.numbers["confidence"] == 0.75


def test_claim() -> None:
    said = project("claims", claim(retracted=(False, True), quote="We will sink them", sightings=2))
    assert said.exact["source"] == {"paper␣0"}
    assert said.numbers["sightings"] == 2
    assert "state" not in said.exact


def test_claim_without_a_standing_statement_is_retracted() -> None:
    assert project("claims", claim(retracted=(True, True))).exact["state"] == {"retracted"}


def test_alert() -> None:
    said = project("alerts", ALERT)
    assert said.exact["state"] == {"new"}
    assert said.exact["watch"] == {"w1"}
    assert "story" not in said.exact


def test_index_out_of_reach_says_nothing() -> None:
    watch = Watch(id="w1", name="Ships", query="ship", created=NOON)
    assert project("watches", watch).exact == {}


def test_noise_is_left_out_and_parts_its_neighbours() -> None:
    noise = (Span(field="text", start=4, end=17), Span(field="text", start=10, end=17))
    said = project("articles", article(text="Red SUBSCRIBE NOW line", noise=noise))
    assert said.words["text"] == ("red", *GAP, "line")


def test_noise_at_an_end_leaves_no_gap() -> None:
    said = project("articles", article(text="Red line. SUBSCRIBE", noise=(Span(field="text", start=10, end=19),)))
    assert said.words["text"] == ("red", "line")


def test_values_of_one_field_are_further_apart_than_any_proximity() -> None:
    said = project("statements", statement("red", "…", "line"))
    assert said.words["evidence"] == ("red", *GAP, "line")
    assert len(GAP) > GREATEST_SLOP


def test_article_says_nothing_of_its_retracted_statements() -> None:
    said = project("articles", article(statements=(statement(state="retracted", quote="Never"),)))
    assert not {"side", "kind", "claim"} & said.exact.keys()
    assert not {"statement", "quote"} & said.exact["has"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("Côte d’Ivoire", "cote␣d'ivoire"), (" a \t\n b\x00c ", "a␣b␣c"), ("UA", "ua"), ("\u00a0", "")],
)
def test_exact_values(value: str, expected: str) -> None:
    assert exact_value(value) == expected


@given(st.text(max_size=20))
def test_an_exact_value_is_one_token_and_stays_what_it_is(value: str) -> None:
    exact = exact_value(value)
    assert exact.split() == ([exact] if exact else [])
    assert exact_value(exact) == exact


@given(st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001
def test_times_are_told_apart_by_the_microsecond(time: datetime) -> None:
    time = time.replace(tzinfo=UTC)
    numbers = [
        project("statements", statement(published=each)).numbers["published"]
        for each in (time, time + timedelta(microseconds=1))
    ]
    assert numbers[0] < numbers[1]


@pytest.mark.parametrize(
    ("index", "record"),
    [("articles", FULL_ARTICLE), ("statements", FULL_STATEMENT), ("claims", claim()), ("alerts", ALERT)],
)
def test_projection_and_table_of_fields_agree(index: str, record: Record) -> None:
    said = project(index, record)
    kinds = {name: field.kind for name, field in fields_of(index).items()}
    assert {kinds[name] for name in said.words} <= {"words"}
    assert {kinds[name] for name in said.exact} <= {"name", "exact", "has"}
    assert {kinds[name] for name in said.numbers} <= {"number", "time"}
    assert said.exact["has"] <= set(has_values(index))
    if index in ("articles", "statements"):
        assert said.words.keys() | said.exact.keys() | said.numbers.keys() == kinds.keys() - {"state"}


def test_every_field_is_in_a_known_index() -> None:
    assert {index for field in FIELDS for index in field.indexes} <= INDEXES.keys()
