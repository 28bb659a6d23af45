"""Pages at an address."""

from __future__ import annotations

from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from redline.monitor.server import JSON, AddressError, Answer, serving


def test_a_page_is_served_as_it_is_at_that_time() -> None:
    answers = iter([Answer(200, JSON, b"[1]"), Answer(503, JSON, b"[2]")])
    with serving("127.0.0.1", 0, {"/readyz": lambda: next(answers)}) as port:
        with urlopen(f"http://127.0.0.1:{port}/readyz?verbose=1") as answer:
            assert (answer.status, answer.read(), answer.headers["Content-Type"]) == (200, b"[1]", JSON)
        with pytest.raises(HTTPError) as error:
            urlopen(f"http://127.0.0.1:{port}/readyz")
        with error.value as answer:
            assert (answer.code, answer.read()) == (503, b"[2]")


def test_another_path_is_told_which_there_are() -> None:
    with serving("127.0.0.1", 0, {"/metrics": lambda: Answer(200, JSON, b"")}) as port:
        with pytest.raises(HTTPError) as error:
            urlopen(f"http://127.0.0.1:{port}/")
        with error.value as answer:
            assert (answer.code, answer.read()) == (404, b"there are /metrics\n")


def test_an_address_that_is_taken_is_named() -> None:
    with (
        serving("127.0.0.1", 0, {}) as port,
        pytest.raises(AddressError, match=rf"127\.0\.0\.1:{port}: .*choose"),
        serving("127.0.0.1", port, {}),
    ):
        pass


def test_it_is_free_again_afterwards() -> None:
    with serving("127.0.0.1", 0, {}) as port:
        pass
    with serving("127.0.0.1", port, {}) as again:
        assert again == port
