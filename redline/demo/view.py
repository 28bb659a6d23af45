"""Shows the demo while it runs: a live screen on a terminal, one line for each event elsewhere."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from typing import IO, Protocol

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from connectors.channels.notice import Notice, stages
from connectors.channels.terminal import COLOURS, facts, headline, line, plain, whom
from redline.demo.snapshot import Snapshot, take
from redline.lifecycle import Stop
from schemas.errors import UnavailableError
from schemas.protocols import Index
from schemas.records import Claim, EnrichedArticle

WIDE = 110
LOOK_S = 0.5


class View(Protocol):
    """Shows one snapshot after the other."""

    def show(self, snapshot: Snapshot) -> None:
        """Show ``snapshot``, which is the state of things now."""
        ...


class LiveView:
    """Redraws the whole screen of a terminal, within the block of its ``Live``."""

    def __init__(self, live: Live, clock: Callable[[], datetime]) -> None:
        self._live = live
        self._clock = clock
        self._began = clock()

    def show(self, snapshot: Snapshot) -> None:
        """Draw ``snapshot``."""
        console = self._live.console
        self._live.update(screen(snapshot, self._clock() - self._began, console.width, console.height), refresh=True)


class PlainView:
    """Writes one line for each article, alert and report of a known claim that is new since the last snapshot."""

    def __init__(self, output: IO[str]) -> None:
        self._output = output
        self._shown: set[str] = set()
        self._sightings: dict[str, int] = {}

    def show(self, snapshot: Snapshot) -> None:
        """Write what is new in ``snapshot``, oldest first."""
        for text in self._news(snapshot):
            self._output.write(text + "\n")
        self._output.flush()

    def _news(self, snapshot: Snapshot) -> Iterator[str]:
        for article in reversed(snapshot.articles):
            if self._is_new(article.id):
                yield f"article | {plain(article.source or '')}: {plain(article.title or '')}"
        for notice in reversed(snapshot.alerts):
            if self._is_new(notice.alert.id):
                yield line(notice)
        for claim in snapshot.claims:
            if claim.sightings > self._sightings.get(claim.id, 1):
                yield f"again | {what(claim)} | {reports(claim)}"
            self._sightings[claim.id] = claim.sightings

    def _is_new(self, id_: str) -> bool:
        known = id_ in self._shown
        self._shown.add(id_)
        return not known


def follow(index: Index, console: Console, stop: Stop, seconds: float | None, clock: Callable[[], datetime]) -> None:
    """Show what ``index`` holds until ``stop``, at most for so many ``seconds`` (None: for ever)."""
    end = math.inf if seconds is None else time.monotonic() + seconds
    with ExitStack() as shown:
        view: View = PlainView(console.file)
        if console.is_terminal:
            view = LiveView(shown.enter_context(Live(console=console, auto_refresh=False, screen=True)), clock)
        while not stop.is_set() and time.monotonic() < end:
            with suppress(UnavailableError):  # it is shown a moment later
                view.show(take(index))
            stop.wait(min(LOOK_S, max(0.0, end - time.monotonic())))


def screen(snapshot: Snapshot, elapsed: timedelta, width: int, height: int) -> RenderableType:
    """The whole screen, for a terminal of ``width`` columns and ``height`` lines."""
    claims = Layout(_claims(snapshot.claims), size=len(snapshot.claims) + 3)
    wide = width >= WIDE
    articles = Layout(_articles(snapshot.articles[:height]), ratio=5, size=None if wide else height // 4)
    alerts = Layout(_alerts(snapshot.alerts, height - 1 - (claims.size or 0) - (0 if wide else height // 4)))
    body = Layout(ratio=1)
    if wide:
        told = Layout(ratio=6)
        told.split_column(alerts, claims)
        body.split_row(articles, told)
    else:
        body.split_column(alerts, claims, articles)
    layout = Layout()
    layout.split_column(Layout(_status(snapshot, elapsed), size=1), body)
    return layout


def _status(snapshot: Snapshot, elapsed: timedelta) -> Text:
    return Text.assemble(
        ("Redline ", "bold red"),
        ("demo", "bold"),
        f"   {str(elapsed).partition('.')[0]}   {len(snapshot.articles)} articles   {snapshot.statements} statements"
        f"   {len(snapshot.claims)} claims   {len(snapshot.alerts)} alerts",
        ("   Ctrl-C ends it; the data stays", "dim"),
    )


def _articles(articles: Sequence[EnrichedArticle]) -> Panel:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True, style="dim", width=8)
    table.add_column(no_wrap=True, style="cyan", width=18)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for article in articles:
        style = "bold red" if article.statements else ""
        time = article.fetched.astimezone().strftime("%H:%M:%S")
        table.add_row(time, Text(plain(article.source or "")), Text(plain(article.title or ""), style=style))
    return Panel(table, title="Coming in", border_style="dim")


def _alerts(notices: Sequence[Notice], room: int) -> Group:
    """The newest alerts, as many as ``room`` lines hold; at least one."""
    if not notices:
        return Group(Panel(Text("None yet", style="dim"), title="Alerts", border_style="dim"))
    cards: list[Panel] = []
    for notice in notices:
        told = _told(notice)
        room -= len(told) + 2
        if cards and room < 0:
            break
        cards.append(_card(notice, told))
    return Group(*cards)


def _told(notice: Notice) -> list[tuple[str, str]]:
    """What a card tells, a line each."""
    told = [fact for fact in facts(notice) if fact[0] in ("condition", "consequence", "quote", "source")]
    if notice.claim:
        told.append(("first", f"{plain(notice.claim.first_source or 'unknown')}; {reports(notice.claim)}"))
    return told


def _card(notice: Notice, told: Sequence[tuple[str, str]]) -> Panel:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(style="dim", no_wrap=True, width=11)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for label, words in told:
        table.add_row(label, Text(words, style="bold" if label == "quote" else ""))
    said = notice.claim or notice.statement
    colour = COLOURS[said.kind] if said else "blue"
    first = "publishing" if notice.alert.trace.published else "fetching"
    after = f"{stages(notice.alert.trace, notice.sending)['total']:.1f} s after {first}"
    return Panel(
        table,
        title=Text(headline(notice), style=f"bold {colour}"),
        title_align="left",
        subtitle=Text(f"{notice.watch}, {after}", style="dim"),
        subtitle_align="right",
        border_style=colour,
    )


def _claims(claims: Sequence[Claim]) -> Panel:
    table = Table(box=None, expand=True, padding=(0, 1), header_style="dim")
    table.add_column("who, whom", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("reports", no_wrap=True, justify="right", width=7)
    table.add_column("sources", no_wrap=True, justify="right", width=7)
    table.add_column("first", no_wrap=True, overflow="ellipsis", width=18)
    for claim in claims:
        row = (what(claim), str(claim.sightings), str(claim.sources), plain(claim.first_source or ""))
        table.add_row(*map(Text, row), style=COLOURS[claim.kind])
    return Panel(table, title="Claims, however often reported", border_style="dim")


def what(claim: Claim) -> str:
    """``claim`` in a few words: who, against whom, of what kind."""
    return plain(f"{claim.side}{whom(claim)}: {claim.kind.replace('_', ' ')}")


def reports(claim: Claim) -> str:
    """How often ``claim`` was reported, by how many."""
    return f"{_count(claim.sightings, 'report')} by {_count(claim.sources, 'source')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
