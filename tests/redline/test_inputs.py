"""What a person hands over becomes an article: text, web page or JSON, told apart by how it begins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redline.inputs import InputError, to_article
from schemas.records import Article, encode

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_a_text_with_a_headline() -> None:
    article = to_article(b"Harbour shut\n\nNo ship may enter.\nNone.\n", "a.txt", NOW)
    assert (article.title, article.text) == ("Harbour shut", "No ship may enter.\nNone.")
    assert (article.feed, article.fetched) == ("a.txt", NOW)


@pytest.mark.parametrize("text", ["No ship may enter.\nNone may leave.", "No ship may enter", "x" * 201 + "\nNo ship."])
def test_a_text_without_one(text: str) -> None:
    article = to_article(text.encode(), "a.txt", NOW)
    assert (article.title, article.text) == (None, text)


def test_a_web_page() -> None:
    page = b"\n<!DOCTYPE html><html><head><title>T</title></head><body><h1>Shut</h1><p>No ship.</p></body></html>"
    article = to_article(page, "a.html", NOW)
    assert (article.title, article.text) == ("Shut", "No ship.")


def test_an_article_as_json_is_taken_as_it_is() -> None:
    given_one = Article(id="a", feed="f", fetched=NOW, title="Shut", text="No ship.")
    assert to_article(encode(given_one), "a.json", NOW) == given_one


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "no text in it"),
        (b" \n", "no text in it"),
        (b"<html></html>", "no text in it"),
        (b"{}", "no article: "),
        (b'{"id": "a", "feed": "f", "fetched": "2026-11-20T00:00:00Z", "title": 3}', r"\$\.title"),
        (b"caf\xe9", "not UTF-8 at byte 3"),
    ],
)
def test_what_is_no_article(body: bytes, message: str) -> None:
    with pytest.raises(InputError, match=f"^a.txt: .*{message}"):
        to_article(body, "a.txt", NOW)


@given(st.binary())
def test_bytes_give_an_article_or_an_input_error(body: bytes) -> None:
    try:
        article = to_article(body, "a", NOW)
    except InputError:
        return
    assert article.title or article.text


@given(st.text(alphabet=st.characters(exclude_characters="<{\ufeff"), min_size=1))
def test_the_same_text_gets_the_same_id(text: str) -> None:
    try:
        assert to_article(text.encode(), "a", NOW).id == to_article(text.encode(), "b", NOW).id
    except (InputError, UnicodeEncodeError):
        return
