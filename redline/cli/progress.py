"""One line of progress on standard error: written over where that is a terminal, else now and then anew."""

from __future__ import annotations

import sys
import time

import click

SELDOM_S = 10.0


class ProgressLine:
    """Shows how far something is."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._next = time.monotonic()

    def show(self, words: str) -> None:
        """Show ``words`` in the place of those before."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + (0.2 if self._terminal else SELDOM_S)
            click.echo(f"\r\x1b[K{words}" if self._terminal else words, err=True, nl=not self._terminal)

    def end(self, words: str) -> None:
        """Show ``words`` as the last ones."""
        click.echo(f"\r\x1b[K{words}" if self._terminal else words, err=True)
