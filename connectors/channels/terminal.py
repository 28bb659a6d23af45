"""Delivers alerts to the terminal: a framed card, or one line each where the output is no terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from connectors.channels.notice import Notice, stages
from schemas.errors import ChannelError
from schemas.records import Claim, Statement

if TYPE_CHECKING:
    from rich.panel import Panel

COLOURS = {"threat": "red", "red_line": "red", "ultimatum": "magenta", "warning": "yellow", "unacceptable": "cyan"}


class Terminal:
    """Prints each notice on ``output``."""

    name = "terminal"

    def __init__(self, output: TextIO) -> None:
        self._output = output

    def send(self, notice: Notice) -> None:
        """Print ``notice``; raises ChannelError where the output is closed or full."""
        try:
            if self._output.isatty():
                self._print(card(notice))
            else:
                self._output.write(line(notice) + "\n")
            self._output.flush()
        except (OSError, ValueError) as error:
            raise ChannelError(f"terminal: cannot write to it ({error})") from error

    def _print(self, panel: Panel) -> None:
        from rich.console import Console

        Console(file=self._output).print(panel)


def headline(notice: Notice) -> str:
    """Who warned whom, or the article's title where the alert is about no statement."""
    said = notice.claim or notice.statement
    if said is None:
        return plain((notice.article.title if notice.article else None) or notice.alert.article)
    return plain(f"{who(said)}{whom(said)}: {said.kind.replace('_', ' ')}")


def who(said: Claim | Statement) -> str:
    """The speaker and the side spoken for."""
    return f"{said.speaker} ({said.side})" if said.speaker and said.speaker != said.side else said.side


def whom(said: Claim | Statement) -> str:
    """An arrow and against whom it is said; empty where that is not known."""
    target = ", ".join(said.target_sides) or said.target
    return f" → {target}" if target else ""


def facts(notice: Notice) -> list[tuple[str, str]]:
    """What is known about the alert as pairs of label and words, in the order of reading; the unknown is left out."""
    said = notice.claim or notice.statement
    found: list[tuple[str, str | None]] = []
    if said is not None:
        found = [
            ("condition", said.condition),
            ("consequence", said.consequence),
            ("quote", said.quote and f"“{said.quote}”"),
        ]
    article = notice.article
    if article is not None:
        found.append(("source", ", ".join(filter(None, (article.source, article.title if said else None)))))
        found.append(("link", article.url))
    found.append(("watch", notice.watch))
    found.append(("after", f"{stages(notice.alert.trace, notice.sending)['total']:.1f} s"))
    found.append(("late", "yes, the article came long after it was published" if notice.alert.late else None))
    return [(label, plain(words)) for label, words in found if words]


def plain(words: str) -> str:
    """``words`` on one line and without control characters: what a feed says must not steer the terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


def line(notice: Notice) -> str:
    """The notice on one line of plain text."""
    return " | ".join([f"ALERT {headline(notice)}", *(f"{label}: {words}" for label, words in facts(notice))])


def card(notice: Notice) -> Panel:
    """The notice as a framed card for a terminal."""
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    for label, words in facts(notice):
        table.add_row(Text(label, style="dim"), Text(words, style="bold" if label == "quote" else ""))
    said = notice.claim or notice.statement
    colour = COLOURS[said.kind] if said else "blue"
    return Panel(table, title=Text(headline(notice), style=f"bold {colour}"), title_align="left", border_style=colour)
