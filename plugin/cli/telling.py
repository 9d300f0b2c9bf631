"""``bookbag telling``: the ways in which approvers are told, beside the helpdesk."""

from pathlib import Path

import click

from plugin.cli.answers import merchant_option
from plugin.cli.filters import read_text
from plugin.cli.opened import opened
from plugin.errors import InvalidInputError
from plugin.telling import channels

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def telling() -> None:
    """How approvers are told what waits for them: mail and chat."""


@telling.command("set-chat")
@merchant_option
@click.option("--url-file", type=_FILE, help="A file with the incoming webhook's address.")
@click.option("--remove", is_flag=True, help="Post nowhere any more.")
def set_chat(merchant: str, url_file: Path | None, *, remove: bool) -> None:
    """Tell a merchant's Slack, or what takes the same messages.

    The address is a secret: whoever has it can post there.

    \b
    bookbag telling set-chat --merchant 0192... --url-file hook.txt
    """
    if remove == (url_file is not None):
        raise InvalidInputError("", "give either --url-file or --remove")
    url = None if url_file is None else read_text(url_file).strip()
    with opened() as service:
        channels.set_chat(service.runtime, merchant, url)
    click.echo("removed" if remove else "set; `bookbag telling test` tries it")


@telling.command("test")
@merchant_option
@click.option("--email", help="Send a test mail there, too.")
@click.option("--chat/--no-chat", default=True, show_default=True, help="Post a test message.")
def test(merchant: str, email: str | None, *, chat: bool) -> None:
    """Send a test mail and post a test message, and say what went wrong.

    \b
    bookbag telling test --merchant 0192... --email lena@larkspur.example
    """
    with opened() as service:
        if email:
            channels.try_mail(service.runtime, email)
            click.echo(f"mail: sent to {email}")
        if chat:
            channels.try_chat(service.runtime, merchant)
            click.echo("chat: posted")
