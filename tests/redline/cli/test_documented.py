"""Every command and every option says what it is for, and every command shows how it is used."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from redline.cli import cli


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """``command`` and all below it, with the words that call them."""
    yield " ".join(("redline", *path)), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None, name
            yield from commands(below, (*path, name))


ALL = list(commands(cli))


@pytest.mark.parametrize(("words", "command"), ALL, ids=[words for words, _ in ALL])
def test_documented(words: str, command: click.Command) -> None:
    assert command.help, f"{words} has no help text"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{words} {parameter.opts[0]} has no help text"
    if not isinstance(command, click.Group):
        assert words in (command.epilog or ""), f"the help of {words} has no example"


@pytest.mark.parametrize(("words", "command"), ALL[1:], ids=[words for words, _ in ALL[1:]])
def test_the_first_sentence_fits_into_the_list_of_commands(words: str, command: click.Command) -> None:
    short = command.get_short_help_str(limit=64)
    assert short, words
    assert not short.endswith("..."), words
