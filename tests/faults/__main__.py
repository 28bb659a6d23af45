"""The long run of faults: ``python -m tests.faults [--tally FILE] [--seed N] [--for SECONDS]``.

It plays the rounds of the plan that FILE does not have yet, writes each into it, and prints the table of all of them.
So it can be cut off (Ctrl-C, SIGTERM, or after so many seconds) and goes on where it ended. It exits with 1 where a
round ended wrong, and prints what was wrong; the folder of that installation is kept beside FILE. It breaks off where
an installation does not start, or leaves processes behind when it is stopped.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from tests.faults.facts import Fact
from tests.faults.homes import Homes, Installation
from tests.faults.plan import Stretch, left, plan
from tests.faults.rounds import play
from tests.faults.samples import Samples
from tests.faults.tally import Entry, Tally, table
from tests.faults.undisturbed import undisturbed


def main() -> int:
    """Play what is left of the plan; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tally", type=Path, default=Path("data/faults/tally.jsonl"))
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--for", dest="seconds", type=float, default=float("inf"), help="begin no round after so long")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it leaves no process behind
    signal.signal(signal.SIGINT, signal.default_int_handler)
    tally, samples = Tally(options.tally), Samples(options.seed)
    planned = plan(options.seed, samples.rounds)
    deadline = time.monotonic() + options.seconds
    with suppress(KeyboardInterrupt), tempfile.TemporaryDirectory() as folder, Homes(Path(folder)) as homes:
        expected = undisturbed(homes, samples)
        while time.monotonic() < deadline and (stretch := next(left(planned, tally.numbers()), None)):
            with homes.install(stretch.home) as installation:
                entry = _play(stretch, samples, expected, installation, tally, deadline)
            if entry.wrong and installation.desk.folder.exists():
                # Only now: closing a copied file would take away SQLite's locks from those who still have it open.
                shutil.copytree(installation.desk.folder, options.tally.parent / f"round-{entry.number}")
    print(f"\n{table(tally.entries)}")
    return 1 if any(entry.wrong for entry in tally.entries) else 0


def _play(
    stretch: Stretch,
    samples: Samples,
    expected: Counter[Fact],
    installation: Installation,
    tally: Tally,
    deadline: float,
) -> Entry:
    """Play the rounds of ``stretch`` until one ends wrong or ``deadline`` comes; returns the last of them."""
    for number, fault in enumerate(stretch.faults):
        seconds, wrong = play(installation.desk, fault, samples.articles(number), expected, installation.things)
        entry = Entry(stretch.first + number, stretch.home, fault.what, fault.place, seconds, tuple(wrong))
        tally.add(entry)
        struck = f"{entry.number}: {entry.home}, {entry.what} {entry.place}"
        print(f"{struck}: {entry.seconds:.1f} s", *entry.wrong, sep="\n    ", flush=True)
        if entry.wrong or time.monotonic() > deadline:
            break
    return entry


if __name__ == "__main__":
    sys.exit(main())
