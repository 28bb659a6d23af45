import msgspec
import pytest

from connectors.channels.settings import NotifySettings


def test_a_webhook_has_a_name_and_an_address() -> None:
    settings = msgspec.convert({"webhooks": {"desk": "https://desk.example/in"}}, NotifySettings)
    assert settings.webhooks == {"desk": "https://desk.example/in"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"webhooks": {"desk": "desk.example/in"}},
        {"webhooks": {"desk": "ftp://desk.example/in"}},
        {"webhooks": {"terminal": "https://desk.example/in"}},
        {"timeout": 0},
        {"time_out": 3},
        {"timezone": "Europe/Olso"},
        {"timezone": ""},
        {"timezone": "../etc/passwd"},
        {"daily_at": "24:00"},
        {"daily_at": "8:00"},
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, NotifySettings)
