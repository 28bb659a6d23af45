import json
import threading

import pytest

from connectors.channels.webhook import Webhook
from schemas.errors import ChannelError
from tests.connectors.channels.examples import NOTICE
from tests.connectors.channels.receiver import receiver


def test_posts_the_alert_with_its_claim_and_statement() -> None:
    with receiver() as desk:
        Webhook("desk", desk.url, 5).send(NOTICE)
    [(key, body)] = desk.got
    sent = json.loads(body)
    assert key == "alert1"
    assert sent["alert"]["trace"]["matched"] == "2026-11-03T12:00:01.750000Z"
    assert sent["claim"]["condition"] == "if a patrol crosses the strait"
    assert sent["statement"]["quote"] == "it will be sunk"
    assert sent["article"]["url"] == "https://post.example/strait"
    assert sent["watch"] == "All threats"


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500, 503])
def test_any_other_answer_is_an_error_that_names_it(status: int) -> None:
    with receiver(lambda _: status) as desk, pytest.raises(ChannelError, match=f"desk .*{status}"):
        Webhook("desk", desk.url, 5).send(NOTICE)


def test_no_answer_is_an_error() -> None:
    with receiver(lambda _: 0) as desk, pytest.raises(ChannelError, match="desk"):
        Webhook("desk", desk.url, 5).send(NOTICE)


def test_a_receiver_that_takes_too_long_is_given_up() -> None:
    enough = threading.Event()

    def hang(_: str) -> int:
        enough.wait(30)
        return 204

    with receiver(hang) as desk:
        with pytest.raises(ChannelError, match=r"no answer within 0\.2 s"):
            Webhook("desk", desk.url, 0.2).send(NOTICE)
        enough.set()


def test_a_receiver_that_is_not_there_is_an_error_that_hides_the_secret_path() -> None:
    with receiver() as desk:
        gone = desk.url
    with pytest.raises(ChannelError) as raised:
        Webhook("desk", gone, 5).send(NOTICE)
    assert "secret" not in str(raised.value)
