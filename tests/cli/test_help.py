"""Every command explains itself, with an example."""

from collections.abc import Iterator

import click
import pytest

from plugin.cli import _COMMANDS, bookbag
from tests.cli.support import run

# What the interfaces promise of this release.
PROMISED = set(
    """account add|account add-secret|corrections list|db upgrade|demo|diff|draft|events list|
    events replay|keys new|keys rotate|macros load|merchant add|policy activate|policy check|
    policy decide|policy replay|install zendesk|uninstall zendesk|doctor zendesk|package zendesk|
    reply-text|serve|shop add|user add|user invite|web|
    worker""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)


def commands(group: click.Group, way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*way, name))
        else:
            yield (*way, name)


ALL = list(commands(bookbag))


def test_the_promised_commands_are_there() -> None:
    assert {" ".join(way) for way in ALL} >= PROMISED


@pytest.mark.parametrize("way", ALL, ids=" ".join)
def test_a_commands_help_has_an_example(way: tuple[str, ...]) -> None:
    shown = run(*way, "--help")
    assert shown.code == 0
    example = shown.out.partition("Options:")[0].partition("\n\n")[2]
    assert f"bookbag {' '.join(way)}" in example
    assert "\n\n  " in shown.out.partition("Usage:")[2]


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_without_a_command_all_are_listed(words: list[str]) -> None:
    shown = run(*words)
    for name in _COMMANDS:
        assert f"\n  {name} " in shown.out + shown.err


def test_the_version_is_told() -> None:
    assert run("--version").out.startswith("bookbag, version 0.")


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["policy", "nonsense"],
        ["diff", "--nonsense"],
        ["merchant", "add"],
        ["user", "add", "--merchant", "1", "--email", "e", "--name", "n", "--role", "boss"],
        ["events", "list", "--merchant", "1", "--limit", "0"],
        ["draft", "--macros", "/not/there"],
        ["account", "add"],
    ],
)
def test_wrong_use_is_2_and_says_what_is_wrong(words: list[str]) -> None:
    wrong = run(*words)
    assert (wrong.code, wrong.out) == (2, "")
    assert "Error: " in wrong.err.splitlines()[-1]
    assert "Traceback" not in wrong.err
