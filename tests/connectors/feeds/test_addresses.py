from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.feeds.addresses import canonical, host_of


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("https://Wire.example/a?utm_source=rss&utm_medium=feed", "https://wire.example/a"),
        ("https://wire.example/a?id=7&fbclid=x#xtor=RSS-1", "https://wire.example/a?id=7"),
        ("HTTPS://wire.example:443", "https://wire.example/"),
        ("http://wire.example:80/x/../a", "http://wire.example/a"),
        ("http://wire.example:8080/a", "http://wire.example:8080/a"),
        ("https://wire.example/a?b=2&a=1", "https://wire.example/a?a=1&b=2"),
        (" https://wire.example/a\n", "https://wire.example/a"),
        ("https://wire.example/день", "https://wire.example/%D0%B4%D0%B5%D0%BD%D1%8C"),
    ],
)
def test_one_form(address: str, form: str) -> None:
    assert canonical(address) == form


@pytest.mark.parametrize(
    "query", ["id=7", "cid=7", "source=mfa", "ref=12", "article=9&page=2", "uid=3", "gallery=4", "p=1"]
)
def test_what_may_identify_an_article_stays(query: str) -> None:
    assert canonical(f"https://wire.example/a?{query}") == f"https://wire.example/a?{query}"


def test_a_fragment_may_tell_articles_of_one_page_apart() -> None:
    assert canonical("https://wire.example/day#a13") != canonical("https://wire.example/day#a14")


@pytest.mark.parametrize(
    "address", ["", "/a", "mailto:a@b.example", "javascript:alert(1)", "http://[::1", "http://a:b/", "http://"]
)
def test_no_web_address(address: str) -> None:
    assert canonical(address) is None


_WORD = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)


@given(_WORD, st.lists(st.tuples(_WORD, _WORD), max_size=4), _WORD)
def test_canonical_is_idempotent(path: str, query: list[tuple[str, str]], fragment: str) -> None:
    pairs = "&".join(f"{name}={value}" for name, value in query)
    once = canonical(f"https://wire.example/{path}?{pairs}#{fragment}")
    assert once is None or canonical(once) == once


def test_host_has_its_port_and_no_password() -> None:
    assert host_of("http://me:secret@Wire.example:81/a") == "wire.example:81"
