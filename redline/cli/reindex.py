"""``redline reindex``: the index made anew while others search and write."""

from __future__ import annotations

from collections.abc import Mapping

import click

from redline.cli.app import App, examples, pass_app
from redline.cli.progress import ProgressLine


@click.command(
    epilog=examples(
        "redline reindex",
        then="Needed once after an update that searches by other fields: such an index is refused until then. Start the"
        " services anew when it is done. Killed at any moment, it leaves the index as it was; run it again.",
    )
)
@pass_app
def reindex(app: App) -> None:
    """Make the index anew, as this version wants it.

    Searches and writes go on meanwhile. It takes the room of the index once more until it is done.
    """
    line, done = ProgressLine(), dict[str, int]()

    def told(index: str, count: int) -> None:
        done[index] = count
        line.show(_words(done))

    app.homes.reindex(told)
    line.end(f"done: {_words(done)}" if done else "done: nothing is stored yet")


def _words(done: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in done.items())
