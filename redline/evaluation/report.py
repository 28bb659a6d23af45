"""An evaluation as tables on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from redline.evaluation.evaluate import FIGURES, SHARES, Bin, ClassRow, Evaluation
from redline.evaluation.figures import LEVEL, Figure
from redline.evaluation.mistakes import FalseFind, Miss

WIDTH = 110


def show(reader: Evaluation, baseline: Evaluation, misses: bool) -> None:
    """Print the figures of ``reader`` beside those of ``baseline``; with ``misses`` also what is missed or false."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    console.print(f"{reader.articles} articles, {reader.statements} statements; intervals of {LEVEL} %")
    console.print(_figures("All", reader.figures, baseline.figures))
    if len(reader.languages) > 1:
        for lang, own in reader.languages.items():
            console.print(_figures(lang, own, baseline.languages[lang]))
    console.print(_classes(reader.classes))
    console.print(_reliability(reader.reliability))
    if misses:
        for line in _listed(reader):
            console.print(line)


def _figures(title: str, reader: Mapping[str, Figure], baseline: Mapping[str, Figure]) -> Table:
    table = Table(title=title, title_justify="left", box=None)
    for name in ("", "P", "R", "F1 or share", f"{LEVEL} %", "n", "baseline", f"{LEVEL} %"):
        table.add_column(name, justify="left" if not name else "right")
    for name in FIGURES:
        if name in reader:
            own, other = reader[name], baseline.get(name)
            both = ("", "") if name in SHARES else (_number(own.precision), _number(own.recall))
            simple = (_number(other.value), _interval(other)) if other else ("", "")
            table.add_row(_words(name), *both, _number(own.value), _interval(own), str(own.labelled), *simple)
    return table


def _classes(rows: tuple[ClassRow, ...]) -> Table:
    table = Table(
        "class of text", "articles", "with a statement found", title="Classes", title_justify="left", box=None
    )
    for row in rows:
        table.add_row(row.name, str(row.articles), str(row.fired))
    return table


def _reliability(bins: tuple[Bin, ...]) -> Table:
    table = Table("confidence", "found", "mean", "right", title="Reliability", title_justify="left", box=None)
    for each in bins:
        span = f"{each.low:.1f} to {each.high:.1f}"
        table.add_row(span, str(each.found), _number(each.confidence), _number(each.right))
    return table


def _listed(reader: Evaluation) -> Iterator[Text]:
    for title, listed in (("missed", reader.misses), ("false", reader.false)):
        for one in listed:
            yield _told(title, one)
    for slip in reader.slips:
        yield Text.assemble(
            (f"{_words(slip.what)} ", "bold"),
            f"{slip.article}: labelled {', '.join(slip.labelled) or 'nothing'}, ",
            f"found {', '.join(slip.found) or 'nothing'}",
        )


def _told(title: str, one: Miss | FalseFind) -> Text:
    sure = f" ({one.confidence:.2f})" if isinstance(one, FalseFind) else ""
    return Text.assemble(
        (f"{title} ", "bold"),
        f"{one.article}: {one.side}'s {one.kind}{sure}: {' / '.join(one.evidence)} ",
        (f"[{one.instead}]", "dim"),
    )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _interval(figure: Figure) -> str:
    return "" if figure.low is None or figure.high is None else f"{figure.low:.2f}-{figure.high:.2f}"
