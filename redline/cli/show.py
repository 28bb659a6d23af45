"""Records as a person reads them on a terminal, the words that a query met marked."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from redline.queries import facet_value
from schemas.protocols import Index, Page
from schemas.query.highlight import highlight
from schemas.query.tree import Query
from schemas.records import Alert, Claim, EnrichedArticle, Evidence, Record, Statement, Watch

EXCERPT = 240
"""Characters of an article's text that are shown."""

MARK = "bold yellow"
UNBROKEN = 10_000
INDENT = (0, 0, 0, 2)
Ranges = Sequence[tuple[int, int]]


def show_page(page: Page, query: Query | None, index: Index) -> None:
    """Print the records of ``page`` and its facets; ``index`` has what alerts refer to."""
    show_records(page.records, query, index)
    console = _console()
    for field, counts in page.facets.items():
        table = Table("", "", title=field, title_justify="left", show_header=False, box=None)
        for value, count in counts.items():
            table.add_row(str(count), Text(facet_value(value)))
        console.print(table)


def show_records(records: Sequence[Record], query: Query | None, index: Index) -> None:
    """Print ``records``; ``index`` has what alerts refer to."""
    if not records:
        Console(stderr=True).print("Nothing found.", style="dim")
    console = _console()
    for shown in render(records, query, index):
        console.print(shown)
        console.print()


def _console() -> Console:
    """Standard output; lines are broken only where it is a terminal."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else UNBROKEN)


def render(records: Sequence[Record], query: Query | None, index: Index) -> Iterable[Group]:
    """Each of ``records`` for a person."""
    alerts = [record for record in records if isinstance(record, Alert)]
    claims = index.get("claims", {alert.claim for alert in alerts if alert.claim}) if alerts else {}
    watches = index.get("watches", {alert.watch for alert in alerts}) if alerts else {}
    articles = index.get("articles", {alert.article for alert in alerts}) if alerts else {}
    for record in records:
        if isinstance(record, EnrichedArticle):
            yield _article(record, query)
        elif isinstance(record, Statement | Claim):
            yield _statement(record, query)
        elif isinstance(record, Alert):
            watch = watches.get(record.watch)
            about = claims.get(record.claim or "") or articles.get(record.article)
            yield _alert(record, watch.record if watch else None, about.record if about else None)


def _article(article: EnrichedArticle, query: Query | None) -> Group:
    met = _met(query, article)
    lines = [
        _heading(article.published or article.first_seen, article.source, article.lang),
        marked(article.title or "(no title)", met["title"], "bold"),
    ]
    if article.text:
        lines.append(_excerpt(article.text, met["text"]))
    told = [_count(len(article.statements), "statement")] if article.statements else []
    told += [topic.id for topic in article.topics]
    if told:
        lines.append(Text(" · ".join(told), style="cyan"))
    lines.append(Text(" ".join(filter(None, [article.url, f"id:{article.id}"])), style="dim"))
    return _indent(lines)


def _statement(record: Statement | Claim, query: Query | None) -> Group:
    published = record.published if isinstance(record, Statement) else None
    source = record.source if isinstance(record, Statement) else record.first_source
    lines = [
        _heading(published or record.first_seen, source, record.lang if isinstance(record, Statement) else None),
        Text.assemble(
            (record.side, "bold red"),
            (f" → {', '.join(record.target_sides)}" if record.target_sides else "", "bold"),
            f"  {record.kind.replace('_', ' ')}",
            (f"  {record.confidence:.2f}", "dim"),
            (f"  {record.state}" if isinstance(record, Statement) and record.state else "", "magenta"),
        ),
    ]
    met = _met(query, record)
    if record.speaker:
        lines.append(Text.assemble(marked(record.speaker, met["speaker"]), f", {record.role}" if record.role else ""))
    for name in ("target", "condition", "consequence"):
        value = getattr(record, name)
        if value:
            lines.append(Text.assemble((f"{name}: ", "dim"), marked(value, met[name])))
    if record.quote:
        lines.append(Text.assemble("“", marked(record.quote, met["quote"], "italic"), "”"))
    elif isinstance(record, Statement):
        lines += [marked(one.text, _within(one, met[one.field])) for one in record.evidence]
    lines.append(_origin(record))
    return _indent(lines)


def _origin(record: Statement | Claim) -> Text:
    if isinstance(record, Statement):
        return Text(" ".join(filter(None, [record.url, f"id:{record.id}"])), style="dim")
    reports = f"{_count(record.sightings, 'report')} by {_count(record.sources, 'source')}"
    languages = f" in {', '.join(record.languages)}" if record.languages else ""
    relation = f" · {record.relation.kind} {record.relation.to}" if record.relation else ""
    return Text(f"{reports}{languages}{relation} id:{record.id}", style="dim")


def _alert(alert: Alert, watch: Record | None, about: Record | None) -> Group:
    name = watch.name if isinstance(watch, Watch) else alert.watch
    state = "" if alert.state == "new" else f" ({alert.state})"
    lines = [
        Text.assemble((f"Alert{state} ", "bold red"), (name, "bold"), ("  late" if alert.late else "", "magenta")),
        Text(_latency(alert), style="dim"),
    ]
    if alert.why:
        met = dict.fromkeys(reason.clause for reason in alert.why)
        lines.append(Text.assemble(("met: ", "dim"), ", ".join(met)))
    if alert.nearest:
        near = alert.nearest
        lines.append(
            Text.assemble(
                ("nearest: ", "dim"), f"{near.claim} of {_time(near.first_seen)}, {near.similarity:.0%} alike"
            )
        )
    if isinstance(about, Claim):
        shown: Group | None = _statement(about, None)
    elif isinstance(about, EnrichedArticle):
        shown = _article(about, None)
    else:
        shown = None
    tail = Text(f"  id:{alert.id}", style="dim")
    return Group(*lines, *([Padding(shown, INDENT, expand=False)] if shown else []), tail)


def _latency(alert: Alert) -> str:
    trace = alert.trace
    stages = [
        f"matched {_time(trace.matched)}",
        f"{(trace.matched - trace.fetched).total_seconds():.1f} s after fetching",
    ]
    if trace.published:
        stages.append(f"{(trace.matched - trace.published).total_seconds():.0f} s after publishing")
    return ", ".join(stages)


def _met(query: Query | None, record: Record) -> Mapping[str, list[tuple[int, int]]]:
    """Where ``query`` met the words of each field of ``record``."""
    met: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for field, start, end in highlight(query, record) if query else ():
        met[field].append((start, end))
    return met


def _within(evidence: Evidence, ranges: Ranges) -> Ranges:
    """Those of ``ranges`` of the article's field that lie in ``evidence``, as they stand in its own text."""
    inside = [(start, end) for start, end in ranges if evidence.start <= start and end <= evidence.end]
    return [(start - evidence.start, end - evidence.start) for start, end in inside]


def marked(text: str, ranges: Ranges, style: str = "") -> Text:
    """``text`` in ``style`` with ``ranges`` marked."""
    shown = Text(text, style=style)
    for start, end in ranges:
        shown.stylize(MARK, start, end)
    return shown


def _excerpt(text: str, ranges: Ranges) -> Text:
    """A piece of ``text`` around the first of ``ranges``, or its beginning."""
    first = min((start for start, _ in ranges), default=0)
    start = 0 if first < EXCERPT else text.rfind(" ", 0, first - EXCERPT // 3) + 1
    end = min(len(text), start + EXCERPT)
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + EXCERPT // 2)
    # One character for one, so that the ranges stay true.
    shown = marked(text.replace("\n", " "), ranges)[start:end]
    return Text.assemble("… " if start else "", shown, " …" if end < len(text) else "")


def _heading(time: datetime, source: str | None, lang: str | None) -> Text:
    return Text("  ".join(filter(None, [_time(time), source, lang])), style="green")


def _time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _indent(lines: Sequence[Text]) -> Group:
    return Group(lines[0], *(Padding(line, INDENT, expand=False) for line in lines[1:]))
