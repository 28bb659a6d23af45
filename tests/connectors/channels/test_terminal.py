import io
import os
import pty

import msgspec
import pytest

from connectors.channels.terminal import Terminal
from schemas.errors import ChannelError
from tests.connectors.channels.examples import NOTICE, STATEMENT


def sent(notice: object = NOTICE) -> str:
    output = io.StringIO()
    Terminal(output).send(notice)  # type: ignore[arg-type]
    return output.getvalue()


def test_one_line_tells_who_whom_under_what_condition_and_with_what_consequence() -> None:
    assert sent() == (
        "ALERT Ada Vik (Norland) → Southland: threat | condition: if a patrol crosses the strait"
        " | consequence: it will be sunk | quote: “it will be sunk” | source: The Post, Strait of tension"
        " | link: https://post.example/strait | watch: All threats | after: 2.0 s\n"
    )


def test_an_alert_about_an_article_shows_its_title() -> None:
    alert = msgspec.structs.replace(NOTICE.alert, statement=None, claim=None, story="a1")
    notice = msgspec.structs.replace(NOTICE, alert=alert, statement=None, claim=None)
    assert sent(notice).startswith("ALERT Strait of tension | source: The Post | ")


def test_an_alert_of_which_nothing_is_known_is_still_shown() -> None:
    assert "alert1" not in sent(msgspec.structs.replace(NOTICE, article=None, statement=None, claim=None))
    assert sent(msgspec.structs.replace(NOTICE, article=None, statement=None, claim=None)).startswith("ALERT a1 | ")


def test_a_feed_cannot_steer_the_terminal() -> None:
    nasty = msgspec.structs.replace(STATEMENT, quote="sunk\x1b[2J\nALERT false\x07", speaker="Ada\x9bVik")
    line = sent(msgspec.structs.replace(NOTICE, statement=nasty, claim=None))
    assert line.count("\n") == 1
    assert line.strip().isprintable()


def test_a_terminal_gets_a_card() -> None:
    leader, follower = pty.openpty()
    with open(follower, "w") as terminal:  # noqa: PTH123
        Terminal(terminal).send(NOTICE)
        shown = os.read(leader, 100_000).decode()
    os.close(leader)
    assert "╭" in shown
    assert "Ada Vik (Norland) → Southland: threat" in shown


def test_a_closed_output_is_an_error_of_the_channel() -> None:
    output = io.StringIO()
    output.close()
    with pytest.raises(ChannelError, match="terminal"):
        Terminal(output).send(NOTICE)
