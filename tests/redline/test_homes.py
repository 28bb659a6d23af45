"""The homes travel to other processes as a value, and open the same data there."""

from __future__ import annotations

import pickle
from pathlib import Path

from connectors.indexes.settings import ElasticsearchSettings
from connectors.logs.settings import KafkaSettings
from redline.homes import EmbeddedHomes, ServerHomes, homes_of
from redline.settings import Settings
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


def test_the_settings_choose_the_homes() -> None:
    assert homes_of(Settings(data=Path("x"))) == EmbeddedHomes(Path("x"))
    servers = Settings(data=Path("x"), kafka=KafkaSettings(), elasticsearch=ElasticsearchSettings())
    assert homes_of(servers) == ServerHomes(Path("x"), KafkaSettings(), ElasticsearchSettings())


def test_the_homes_on_servers_travel_and_connect_to_nothing_before_they_are_used(tmp_path: Path) -> None:
    nowhere = KafkaSettings(bootstrap_servers=("localhost:1",), password="secret")
    homes: Homes = ServerHomes(tmp_path, nowhere, ElasticsearchSettings())
    assert pickle.loads(pickle.dumps(homes)) == homes
    assert "secret" not in repr(homes)
    homes.log().close()
