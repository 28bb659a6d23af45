"""What the demo says when it ends: the alerts, how quick they were, and how to ask for what is stored."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.channels.notice import Notice
from connectors.channels.terminal import headline
from redline.demo.run import SETTINGS
from redline.demo.servers import FOLDER
from redline.demo.snapshot import Snapshot, percentile, since_fetched, since_published
from redline.demo.view import reports


def summarise(console: Console, snapshot: Snapshot, folder: Path, *, servers: bool = False) -> None:
    """Print the summary of ``snapshot``; the data stays in ``folder``, with ``servers`` in their files there."""
    console.print(
        f"{len(snapshot.articles)} articles, {snapshot.statements} statements, {len(snapshot.claims)} claims, "
        f"{len(snapshot.alerts)} alerts"
    )
    if snapshot.alerts:
        console.print(_alerts(snapshot.alerts))
        console.print(_latency("from fetching to the alert", since_fetched(snapshot.alerts)))
        console.print(_latency("from publishing to the alert", since_published(snapshot.alerts)))
    console.print(f"\nThe data stays in {folder}. Ask for it:")
    redline = f"REDLINE_DATA={shlex.quote(str(folder))} redline"
    if servers:
        start = f"python -m infra.servers start --folder {shlex.quote(str(folder / FOLDER))}"
        console.print(f"  {start}  # stop them with: stop", soft_wrap=True, highlight=False)
        redline = f"redline --config {shlex.quote(str(folder / SETTINGS))}"
    for command in ("search 'Молдавия lang:ru'", "claims side:Russia", "statements has:quote --facet side", "alerts"):
        console.print(f"  {redline} {command}", soft_wrap=True, highlight=False)


def _alerts(notices: Sequence[Notice]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("alert", "watch", "reported"):
        table.add_column(name)
    for notice in reversed(notices):
        told = reports(notice.claim) if notice.claim else ""
        table.add_row(Text(headline(notice)), Text(notice.watch), told)
    return table


def _latency(what: str, seconds: Sequence[float]) -> str:
    if not seconds:
        return f"{what}: unknown, since no article was dated"
    return f"{what}: p50 {percentile(seconds, 0.5):.2f} s, p95 {percentile(seconds, 0.95):.2f} s"
