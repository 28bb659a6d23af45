"""``redline status``: how the installation is, in one screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import click
import msgspec

from redline.cli.app import App, examples, json_option, pass_app
from redline.status import Status, installation_status
from schemas.times import utc_now

MOST = 8
"""Feeds and gaps that are named; --json names all."""


@click.command(epilog=examples("redline status", "redline status --json"))
@json_option
@pass_app
def status(app: App, as_json: bool) -> None:
    """Show what is broken since when, what comes in and what waits.

    Exits with 1 where log, index or the feeds' state do not answer.
    """
    found = installation_status(app.homes, app.settings.data, utc_now())
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        for line in (*(_broken(found) or ["broken: nothing"]), *_figures(found)):
            click.echo(line)
    if found.unanswered:
        raise click.exceptions.Exit(1)


def _broken(status: Status) -> list[str]:
    lines = [f"broken: {part} does not answer: {error}" for part, error in status.unanswered.items()]
    lines += [f"broken: {one.part} misses {one.server} since {_time(one.since)}" for one in status.away]
    for channel, one in (status.undelivered or {}).items():
        alerts = _count(one.alerts, "alert")
        lines.append(f"broken: {channel} did not take {alerts}, the oldest of {_time(one.since)}: {one.error}")
    if status.overdue:
        lines.append(f"broken: nobody fetches, feeds are due since {_time(status.overdue)}: is redline fetch running?")
    if status.failing:
        lines.append(f"broken: {_count(len(status.failing), 'feed')}")
        lines += _some([f"{feed.url} since {_time(feed.since)}: {feed.error}" for feed in status.failing])
    if status.gaps:
        lines.append(f"lost to retention: {_count(sum(gap.records for gap in status.gaps), 'record')}")
        lines += _some([f"{gap}, noticed {_time(gap.noticed)}" for gap in reversed(status.gaps)])
    return lines


def _figures(status: Status) -> Iterator[str]:
    yield from _coming(status)
    if status.lag is not None:
        yield "waits: " + ", ".join(f"{part} {_waiting(status, part, records)}" for part, records in status.lag.items())
    if status.untried:
        yield f"waits: {_count(status.untried, 'delivery', 'deliveries')} for the time of a watch or for a channel"
    if (letters := status.dead_letters) is not None:
        stages = ", ".join(f"{stage} {count}" for stage, count in letters.open.items())
        retried = f", tried again and not read yet {letters.retried}" if letters.retried else ""
        last = f"; the last {_time(letters.last)}: {letters.error}" if letters.last else ""
        yield f"dead letters: {stages or 'none'} open{retried}{last}"
    if status.topics is not None:
        yield "log: " + ", ".join(f"{topic} {one.held} of {one.appended}" for topic, one in status.topics.items())
    if status.records is not None:
        yield "index: " + ", ".join(f"{name} {count}" for name, count in status.records.items())
    if status.languages:
        counted = ", ".join(f"{language} {count}" for language, count in status.languages.items())
        yield f"languages: {counted}; without statements, since they are not read: {status.not_read}"
    if status.feeds is not None:
        yield f"feeds: {status.feeds}, read in the last hour: {status.read}"


def _coming(status: Status) -> Iterator[str]:
    if status.intake is not None:
        came = status.intake
        sources = "" if status.sources is None else f" from {_count(status.sources, 'feed')}"
        last = f", the last {_span((status.time - came.last).total_seconds())} ago" if came.last else ""
        yield f"comes in: {_count(came.hour, 'article')} in the last hour, {came.day} in the last day{sources}{last}"
    if status.delays:
        after = {"fetched": "publishing", "indexed": "fetching"}
        yield "late: " + ", ".join(
            f"{stage} {_span(delay.median)} after {after[stage]} (1 in 20: {_span(delay.most)})"
            for stage, delay in status.delays.items()
        )


def _waiting(status: Status, part: str, records: int) -> str:
    since = (status.oldest or {}).get(part)
    if not records or since is None:
        return str(records)
    if part == "replay" and status.replay_seconds is not None:
        return f"{records} (about {_span(status.replay_seconds)} more)"
    return f"{records} (since {_time(since)})"


def _some(lines: list[str]) -> list[str]:
    more = [f"  and {len(lines) - MOST} more (--json names all)"] if len(lines) > MOST else []
    return [f"  {line}" for line in lines[:MOST]] + more


def _count(number: int, noun: str, nouns: str | None = None) -> str:
    return f"{number} {noun if number == 1 else nouns or noun + 's'}"


def _time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"


def _span(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else str(timedelta(seconds=round(seconds)))
