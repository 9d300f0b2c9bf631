"""``bookbag diff``, ``reply-text`` and ``draft``: no database, no network."""

from pathlib import Path

import click

from plugin.cli.jsonl import run_filter
from plugin.errors import InvalidInputError

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.pass_context
def diff(context: click.Context) -> None:
    """Compare drafts with what was sent. JSON Lines in and out.

    \b
    echo '{"draft": "Hello Ana.", "final": "Hi Ana!"}' | bookbag diff
    """
    from plugin.text.diff import diff_line  # noqa: PLC0415 (loaded only for this command)

    context.exit(run_filter(diff_line))


@click.command("reply-text")
@click.pass_context
def reply_text(context: click.Context) -> None:
    """Keep a message's own words, without quotes, signature, disclaimer. JSON Lines in and out.

    \b
    echo '{"text": "Thanks!\\n\\nOn Monday Ana wrote:\\n> Hello"}' | bookbag reply-text
    """
    from plugin.text.reply import reply_line  # noqa: PLC0415 (loaded only for this command)

    context.exit(run_filter(reply_line))


@click.command()
@click.option("--macros", "macros_file", type=_FILE, required=True, help="YAML list of macros.")
@click.option("--orders", "orders_file", type=_FILE, help="Orders, as JSON Lines.")
@click.pass_context
def draft(context: click.Context, macros_file: Path, orders_file: Path | None) -> None:
    """Draft replies with the built-in drafter. JSON Lines in and out.

    \b
    bookbag draft --macros macros.yaml --orders orders.jsonl <messages.jsonl

    A line of messages.jsonl:

    \b
    {"subject": "Order", "text": "Where is my order?", "tags": [], "customer": {"email": "a@b.c"}}
    """
    from plugin.drafting.builtin import BuiltinDrafter  # noqa: PLC0415 (loaded when needed)
    from plugin.drafting.macros import load_macros  # noqa: PLC0415 (the same)
    from plugin.drafting.orders_file import load_orders  # noqa: PLC0415 (the same)
    from plugin.drafting.record import draft_line  # noqa: PLC0415 (the same)

    drafter = BuiltinDrafter(load_macros(read_text(macros_file)))
    orders = load_orders(read_text(orders_file).split("\n")) if orders_file else {}
    context.exit(run_filter(lambda record: draft_line(drafter, orders, record)))


def read_text(path: Path) -> str:
    """A file's text.

    Raises:
        InvalidInputError: It cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as bad:
        raise InvalidInputError(path.name, f"cannot be read ({type(bad).__name__})") from bad
