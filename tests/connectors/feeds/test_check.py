from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from connectors.feeds.check import check
from schemas.errors import FeedError
from tests.connectors.feeds.site import Clock, Site, item, rss

T = TypeVar("T")


def on_site(pages: dict[str, bytes], use: Callable[[Site], T]) -> T:
    async def run() -> T:
        async with Site(Clock()).serve() as site:
            site.pages.update(pages)
            return await asyncio.to_thread(use, site)

    return asyncio.run(run())


def test_an_address() -> None:
    result = on_site({"/feed": rss(item(1), item(2))}, lambda site: check(f"{site.url}/feed", Clock()))
    assert result.title == "Gulf Wire"
    assert [article.title for article in result.articles] == ["Note 1", "Note 2"]


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss(item(1), "<title>relative</title><link>/a</link>"))
    result = check(str(path), Clock())
    assert [article.url for article in result.articles] == ["https://wire.example/1", None]
    assert result.articles[0].feed == path.as_uri()


@pytest.mark.parametrize(
    ("body", "why"),
    [(b"", "empty answer"), (b"<!DOCTYPE html><html><title>Wait</title></html>", "not a feed: HTML page")],
)
def test_no_feed(tmp_path: Path, body: bytes, why: str) -> None:
    with pytest.raises(FeedError, match=why):
        on_site({"/x": body}, lambda site: check(f"{site.url}/x", Clock()))
    path = tmp_path / "x"
    path.write_bytes(body)
    with pytest.raises(FeedError, match=why):
        check(str(path), Clock())


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="cannot be read: No such file"):
        check(str(tmp_path / "none.xml"), Clock())
    with pytest.raises(FeedError, match="cannot be read: Is a directory"):
        check(str(tmp_path), Clock())
    with pytest.raises(FeedError, match="404"):
        on_site({}, lambda site: check(f"{site.url}/none", Clock()))
