"""What a long command says while it works, to whoever watches: stderr, and only on a terminal."""

import sys

import click

from connectors.administration import Tell


def teller(*, always: bool = False) -> Tell:
    """Says how far it is. Without a terminal only what is done."""

    def tell(words: str) -> None:
        if always or sys.stderr.isatty() or words.startswith("done: "):
            click.echo(words, err=True)

    return tell
