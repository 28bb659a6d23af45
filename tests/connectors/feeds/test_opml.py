from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.feeds.opml import Subscription, read_opml, write_opml
from schemas.errors import DataFileError

SHARED = Path(__file__).parents[3] / ".." / "shared" / "data" / "opml"


def written(folder: Path, text: str) -> Path:
    path = folder / "list.opml"
    path.write_text(text, encoding="utf-8")
    return path


def test_nested_outlines_with_and_without_titles(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """<?xml version="1.0"?><opml version="1.1"><body><outline text="World">
             <outline title="Gulf Wire" text="x" xmlUrl="https://wire.example/feed" type="rss"/>
             <outline text="Asia"><outline text="Fjord Daily" xmlURL=" https://fjord.example/feed "/>
             </outline></outline>
             <outline xmlUrl="http://port.example/"/><outline text="a page" htmlUrl="http://x.example"/>
             <outline title="again" xmlUrl="https://wire.example/feed"/></body></opml>""",
    )
    assert read_opml(path) == [
        ("https://wire.example/feed", "Gulf Wire"),
        ("https://fjord.example/feed", "Fjord Daily"),
        ("http://port.example/", None),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "list.opml"),
        ("<opml>\n<body>\n<outline text='a & b'/></body></opml>", "line 3: is no XML"),
        ("<html/>", "line 1: is no OPML: it begins with <html>"),
        ("<opml>\n<outline xmlUrl='ftp://x'/></opml>", "line 2: xmlUrl 'ftp://x' does not begin with"),
    ],
)
def test_a_broken_list_names_the_line(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(DataFileError) as caught:
        read_opml(written(tmp_path, text))
    assert why in str(caught.value)


def test_a_missing_list(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        read_opml(tmp_path / "none.opml")


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1).map(str.strip)


@given(st.dictionaries(st.integers(0, 99), st.one_of(st.none(), _WORDS)))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, titles: dict[int, str | None]) -> None:
    subscriptions = [Subscription(f"https://wire.example/?a=1&b={n}", title or None) for n, title in titles.items()]
    path = tmp_path_factory.mktemp("opml") / "list.opml"
    path.write_bytes(write_opml(subscriptions))
    assert [url for url, _ in read_opml(path)] == [url for url, _ in subscriptions]
    for (_, read), (_, was) in zip(read_opml(path), subscriptions, strict=True):
        assert (read or "").split() == (was or "").split()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not here")
@pytest.mark.parametrize("name", ["Subs.opml", "SubsNoTitleAttributes.opml"])
def test_lists_of_other_readers(name: str) -> None:
    found = read_opml(SHARED / name)
    assert len(found) > 5
    assert all(title for _, title in found)
