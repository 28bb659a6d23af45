"""Draws docs/demo.svg, the README's picture, from a real run of the demo."""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

from rich.console import Console

from redline.demo.run import prepare, running
from redline.demo.snapshot import take
from redline.demo.view import screen
from redline.lifecycle import stop_on_signals
from schemas.times import utc_now

AFTER_S = 45
WIDTH, HEIGHT = 150, 42
PICTURE = Path(__file__).parents[2] / "docs" / "demo.svg"


def main() -> None:
    """Run the demo for ``AFTER_S`` seconds and save its screen."""
    console = Console(file=io.StringIO(), record=True, width=WIDTH, height=HEIGHT, force_terminal=True)
    with tempfile.TemporaryDirectory() as folder, stop_on_signals() as stop:
        prepare(Path(folder))
        with running(Path(folder), stop, utc_now) as index:
            began = utc_now()
            stop.wait(AFTER_S)
            console.print(screen(take(index), utc_now() - began, WIDTH, HEIGHT), height=HEIGHT)
    # Without its web fonts: a picture must not call anyone.
    svg = re.sub(r"@font-face \{.*?\}", "", console.export_svg(title="redline demo"), flags=re.DOTALL)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
