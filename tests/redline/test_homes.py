"""The homes travel to other processes as a value, and open the same data there."""

from __future__ import annotations

import pickle
from pathlib import Path

from redline.homes import EmbeddedHomes
from schemas.protocols import Homes, Message


def test_a_pickled_home_opens_the_same_log(tmp_path: Path) -> None:
    homes: Homes = EmbeddedHomes(tmp_path / "new" / "folder")
    log = homes.log()
    log.append("articles", [Message("a", b"1")])
    log.close()
    again: Homes = pickle.loads(pickle.dumps(homes))
    assert again == homes
    log = again.log()
    assert sum(log.end("articles", one) for one in range(log.partitions("articles"))) == 1
    log.close()


def test_the_index_lies_in_the_same_folder(tmp_path: Path) -> None:
    EmbeddedHomes(tmp_path).index().close()
    assert (tmp_path / "index.sqlite").is_file()
