"""Settings are one typed object; whatever is wrong in the file or the environment is named where it stands."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.indexes.settings import ElasticsearchSettings
from connectors.logs.settings import KafkaSettings
from redline.settings import Settings, SettingsError, load, variables
from schemas.errors import DataFileError, RedlineError

SAMPLE = Path(__file__).parents[2] / "redline.sample.toml"
EXAMPLES = {
    "monitor.address",
    "notify.webhooks",
    *(f"kafka.{key}" for key in ("ca_file", "certificate_file", "key_file", "key_password", "username", "password")),
    "kafka.replication",
    *(f"elasticsearch.{key}" for key in ("user", "password", "api_key", "ca_file")),
}
"""Keys whose default is nothing, so that the sample shows an example."""
DEFAULTS = Settings(kafka=KafkaSettings(), elasticsearch=ElasticsearchSettings())


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def loaded(text: str, **environ: str) -> Settings:
    Path("redline.toml").write_text(text)
    return load(None, environ)


def test_without_a_file_the_defaults() -> None:
    assert load(None, {}) == Settings()


def test_a_file_in_the_working_folder_is_read() -> None:
    assert loaded('data = "x"\n[feeds]\ninterval = 5\n') == Settings(
        data=Path("x"), feeds=msgspec.structs.replace(Settings().feeds, interval=5.0)
    )


def test_the_option_goes_before_the_variable_before_the_working_folder() -> None:
    for name in ("redline.toml", "variable.toml", "option.toml"):
        Path(name).write_text(f'data = "{name}"')
    assert load(None, {}).data == Path("redline.toml")
    assert load(None, {"REDLINE_CONFIG": "variable.toml"}).data == Path("variable.toml")
    assert load(Path("option.toml"), {"REDLINE_CONFIG": "variable.toml"}).data == Path("option.toml")


@pytest.mark.parametrize(
    ("name", "raw", "keys", "value"),
    [
        ("REDLINE_DATA", "/srv/1", ("data",), Path("/srv/1")),
        ("REDLINE_FEEDS_INTERVAL", "2.5", ("feeds", "interval"), 2.5),
        ("REDLINE_FEEDS_PER_HOST", "7", ("feeds", "per_host"), 7),
        ("REDLINE_FEEDS_USER_AGENT", "12", ("feeds", "user_agent"), "12"),
        (
            "REDLINE_NOTIFY_WEBHOOKS",
            '{ops = "https://e.example"}',
            ("notify", "webhooks"),
            {"ops": "https://e.example"},
        ),
    ],
)
def test_variables_override_the_file(name: str, raw: str, keys: tuple[str, ...], value: object) -> None:
    found: Any = loaded('data = "x"\n[feeds]\ninterval = 5\n', **{name: raw})
    for key in keys:
        found = getattr(found, key)
    assert found == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n[feeds]\nintervall = 3\n", "line 3: unknown key 'intervall' in [feeds], did you mean 'interval'?"),
        ("[feds]\n", "line 1: unknown key 'feds', did you mean 'feeds'?"),
        (
            "zzz = 1\n",
            "line 1: unknown key 'zzz';"
            " known are: data, elasticsearch, feeds, kafka, monitor, notify, process, reading",
        ),
        ("[feeds]\n\ninterval = 'often'\n", "line 3: feeds.interval = 'often': expected a number, got a text"),
        ("feeds.interval = 0\n", "line 1: feeds.interval = 0: expected a number > 0.0"),
        ("feeds = 3\n", "line 1: feeds = 3: expected a table, got a whole number"),
        ("data = 3\n", "line 1: data = 3: expected a path"),
        ("data = \n", "line 1: not TOML: "),
        ("[notify]\n[notify.webhooks]\nops = 3\n", "line 2: notify.webhooks = {'ops': 3}: expected a text"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(text: str, message: str) -> None:
    with pytest.raises(DataFileError) as caught:
        loaded(text)
    assert str(caught.value).startswith(f"redline.toml, {message}")


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("REDLINE_FEEDS_INTERVALL", "3", "REDLINE_FEEDS_INTERVALL is unknown, did you mean 'REDLINE_FEEDS_INTERVAL'?"),
        ("REDLINE_FEEDS_INTERVAL", "often", "REDLINE_FEEDS_INTERVAL: feeds.interval = 'often': expected a number"),
        ("REDLINE_DATA", "", "REDLINE_DATA: data = '': expected a path"),
    ],
)
def test_what_is_wrong_in_the_environment_is_named(name: str, raw: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded("[feeds]\ninterval = 3\n", **{name: raw})
    assert message in str(caught.value)


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(RedlineError, match=r"nowhere\.toml"):
        load(Path("nowhere.toml"), {})


def test_variables_of_the_application_itself_are_no_settings() -> None:
    assert loaded("", REDLINE_SUPERVISED="1") == Settings()


def test_the_sample_shows_every_key_with_its_default() -> None:
    lines = [line.removeprefix("# ") for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    shown = [line for line in lines if re.match(r"\w+ = |\[", line)]
    sample = loaded("\n".join(line for line in shown if not line.startswith("api_key")))  # another way to sign on
    values = tomllib.loads("\n".join(shown))
    for keys in variables().values():
        written: Any = values
        default: Any = DEFAULTS
        actual: Any = sample
        for key in keys:
            assert key in written, f"{'.'.join(keys)} is not in {SAMPLE.name}"
            written, default, actual = written[key], getattr(default, key), getattr(actual, key)
        assert actual == default or ".".join(keys) in EXAMPLES, keys


def test_a_section_of_servers_needs_the_other() -> None:
    with pytest.raises(DataFileError, match=r"line 2: \[kafka\] needs \[elasticsearch\]"):
        loaded('data = "x"\n[kafka]\n')
    with pytest.raises(SettingsError, match=r"REDLINE_ELASTICSEARCH_URLS: \[elasticsearch\] needs \[kafka\]"):
        loaded("", REDLINE_ELASTICSEARCH_URLS='["http://localhost:9200"]')
    both = loaded("[kafka]\n[elasticsearch]\n", REDLINE_KAFKA_BOOTSTRAP_SERVERS='["a:1", "b:2"]')
    assert both.kafka == KafkaSettings(bootstrap_servers=("a:1", "b:2"))


def test_what_does_not_fit_together_is_told_without_the_password() -> None:
    for text, environ in (
        ('[kafka]\nsecurity_protocol = "SASL_SSL"\npassword = "secret"\n[elasticsearch]\n', {}),
        ("[elasticsearch]\n", {"REDLINE_KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "REDLINE_KAFKA_PASSWORD": "secret"}),
    ):
        with pytest.raises(RedlineError, match="kafka: signing on by SASL_SSL needs username and password") as caught:
            loaded(text, **environ)
        assert "secret" not in str(caught.value)
