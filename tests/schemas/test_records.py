"""Records are read from JSON by any thread."""

from __future__ import annotations

import subprocess
import sys

AT_ONCE = """
import sys, threading
from schemas.records import INDEXES, Article, decode
sys.setswitchinterval(1e-6)
threads, bodies = 8, {Article: "article/1"} | {kind: kind.__struct_config__.tag for kind in INDEXES.values()}
barrier = threading.Barrier(threads)
def read():
    barrier.wait()
    for kind, tag in bodies.items():
        try:
            decode(b'{"schema": "%s", "id": "x"}' % tag.encode(), kind)
        except ValueError:
            pass
running = [threading.Thread(target=read) for _ in range(threads)]
for thread in running:
    thread.start()
for thread in running:
    thread.join()
"""


def test_threads_that_are_the_first_to_read_records_of_a_kind_do_not_crash() -> None:
    for _ in range(10):
        assert subprocess.run([sys.executable, "-c", AT_ONCE], check=False).returncode == 0
