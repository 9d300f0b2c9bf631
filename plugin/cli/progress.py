"""What a long command says on stderr while it works."""

import sys

import click

from connectors.administration import Tell


def teller() -> Tell:
    """Says how far it is. Without a terminal only what is done."""

    def tell(words: str) -> None:
        if sys.stderr.isatty() or words.startswith("done: "):
            click.echo(words, err=True)

    return tell
