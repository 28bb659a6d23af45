"""Noise: what pages put between the words of an article is found; the news is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.noise import NoiseFinder, blanked, without_runs
from pipelines.reading.reader import Reader
from pipelines.reading.settings import ReadingSettings
from schemas.errors import DataFileError
from schemas.records import Article
from tests.pipelines.reading.conftest import NOW

_FINDER = NoiseFinder()


def article(text: str, title: str | None = None) -> Article:
    return Article(id="a", feed="f", fetched=NOW, text=text, title=title)


def noise(text: str, title: str | None = None) -> list[str]:
    return [text[span.start : span.end] for span in _FINDER.find(article(text, title))]


@pytest.mark.parametrize(
    "line",
    [
        # pointers
        "READ ALSO: General vows to sink every boat",
        "Also read – Envoy warns: one more step and we fire",
        "ALSO READ | Border shut | Gold rate today",
        "Related: Old threats, once more",
        "RELATED | Rebels: the port will burn | Quiz",
        ">> Lea también: Último aviso de la capital | El tiempo",
        "Lesen Sie auch: „Wir werden antworten“",
        "Most read: 1. Storm nears 2. “We will strike first” 3. Best pies",
        # appeals and advertisements
        "ADVERTISEMENT",
        "Advertisement - scroll down to continue",
        "Sign up for our newsletter",
        "If you value our journalism, please consider supporting us from 3 euros a month.",
        "The morning edition in your inbox. By signing up you agree to our terms.",
        # captions
        "Photo: the bridge at low water",
        "A frigate leaves the harbour at dusk. Photo: M. Lund",
        "Cousins wave over the fence. (Picture: pool)",
        "Soldiers stand at a checkpoint in June. REUTERS/Ida Holm",
        # sharing, comments, counts, dates, icons
        " date 2024-02-17",
        "Updated 16:42 | Listen to this article 2 min",
        "By Ada Quist | 3 March 2025 | 4 min read",
        "4 min read   Listen   Save   Share",
        "Readers' comments (3) • Print • Send to a friend",
        "Follow us   icon-facebook   icon-rss",
        "Leave a Reply   Your email address will not be published.   Required fields are marked *",
        "Home > World > North Sea",
        # figures and pages
        "BRENT 62.78 ▼2.06 WTI 60.90 ▼1.98",
        "USD/NOK 10.42 (+1.1%) Gold 2,611 OBX 9.87%",
        "• ADMIRAL'S CHILLING THREAT: Page 17",
        # rights and templates
        "© 2026 The Coast Daily",
        "%WEATHER_BOX%",
        '[gallery ids="12,13"]',
        "&nbsp;&nbsp;Picture: tanks near the well &copy; 2025",
    ],
)
def test_a_line_of_the_page(line: str) -> None:
    assert noise(f"The port reopened on Monday.\n\n{line}\n\nShips came back.") == [line]


@pytest.mark.parametrize(
    "text",
    [
        "Related fighting went on.\n\n“Yes.”\n\n“Yes.”\n\nPrinters and donors watched: it was calm.",
        "Subscribers to the paper were told on Monday. Most readers believed it.",
        "Most read it as a threat: the fleet would sail.",
        "Share this burden, or we will close the gate, the minister said.",
        "Watch and wait - that is what the envoy advised.",
        "“Read more history,” the president told the envoy.",
        "Photographs of the strike were shown. Comments from the ministry came late.",
        "Shares rose 3% on Monday and oil fell 2% after the admiral's warning.",
        "The newspaper Photo reported that 20 boats had left, up from 12 in 2024.",
        "She told Reuters/Ipsos pollsters that war was near, and Getty agreed.",
        "If x < y and y > z, the treaty's formula yields 30%.",
        "Comments by the general - the third this week - drew anger.",
        "“Sign up for our army and die,” the leaflet says.",
        "The minister said the paper is delivered “to your inbox”.",
        "On page 12 the report names the ship.",
    ],
)
def test_news_is_no_noise(text: str) -> None:
    assert noise(text) == []


def test_a_pointer_within_a_line_ends_with_its_sentence() -> None:
    assert noise("The port reopened. READ MORE: Admiral warns of war. Ships came back.") == [
        "READ MORE: Admiral warns of war."
    ]
    assert noise("Read also: “We will fire.” " + "The port reopened on Monday after talks. " * 10) == [
        "Read also: “We will fire.”"
    ]


def test_headlines_below_a_label() -> None:
    listed = "Popular stories\nGeneral Holt: whoever lands will be sunk\nStorm closes two schools"
    assert noise(f"The port reopened.\n\n{listed}\n\nShips came back.\n\nNo stop here") == listed.split("\n")


def test_repeated_lines() -> None:
    caption = "A tanker off the northern coast in October"
    assert noise(f"Port reopens\n\n{caption}\n\nShips came.\n\n{caption}", title="Port reopens") == [
        "Port reopens",
        caption,
    ]


def test_the_title_repeated_without_the_name_of_the_paper() -> None:
    headline = "Northern port reopens after talks"
    assert noise(f"# {headline}\n\nShips came.", title=f"{headline} | The Coast Daily") == [f"# {headline}"]


def test_what_html_and_templates_left_within_a_sentence() -> None:
    assert noise('The <b class="x">port</b> reopened&nbsp;on Monday %AD_SLOT% at noon.') == [
        '<b class="x">',
        "</b>",
        "&nbsp;",
        "%AD_SLOT%",
    ]


@given(st.text(st.sampled_from("aB .\n|:<>/&;%_()[]*•▲1\"'–") | st.characters(), max_size=300), st.text(max_size=40))
def test_spans_are_in_order_and_within_lines_and_blanking_moves_nothing(text: str, title: str) -> None:
    whole = article(text or "-", title)
    spans = _FINDER.find(whole)
    ends = [0, *(span.end for span in spans)]
    assert all(end <= span.start < span.end for end, span in zip(ends, spans, strict=False))
    assert not any("\n" in (whole.text or "")[span.start : span.end] for span in spans)
    bare = blanked(whole, spans).text or ""
    assert len(bare) == len(whole.text or "")
    assert bare.split("\n") == bare.split("\n")[: (whole.text or "").count("\n") + 1]


def test_noise_within_the_evidence_stays_in_its_words_and_moves_no_offset() -> None:
    text = (
        "Norway's <b>defence</b> minister, Ola Brandt, said on Monday: \"If Danish trawlers cut the <i>cable</i>, "
        'we will sink them."\n\nREAD ALSO: Sweden: "We will sink the fleet of Finland if it sails"'
    )
    (read,) = Reader(ReadingSettings(), lambda: NOW).read([article(text)])
    (statement,) = read.statements
    assert statement.side == "Norway"
    assert statement.quote == "If Danish trawlers cut the <i>cable</i>, we will sink them"
    assert [text[item.start : item.end] for item in statement.evidence] == [item.text for item in statement.evidence]
    assert {entity.name for entity in read.entities} & {"Sweden", "Finland"} == set()


def test_a_line_that_would_match_everything_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "boilerplate.txt"
    file.write_text("# comment\nshare\n*\n")
    with pytest.raises(DataFileError) as caught:
        NoiseFinder(file)
    assert caught.value.line == 3


def test_runs_without_a_blank_are_no_words() -> None:
    assert without_runs(f"a {'“‘' * 100} b") == f"a {' ' * 200} b"
    assert without_runs(f"a {'x' * 199} b") == f"a {'x' * 199} b"
