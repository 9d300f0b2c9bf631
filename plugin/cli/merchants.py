"""Merchants, shops and macros, by command. People: `plugin.cli.people`."""

from pathlib import Path

import click

from plugin import onboarding
from plugin.cli import merchant_privacy
from plugin.cli.answers import json_option, merchant_option, show, tell
from plugin.cli.filters import read_text
from plugin.cli.opened import opened
from plugin.store import unscoped

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def merchant() -> None:
    """Merchants: tenants of this installation."""


for _choice in (
    merchant_privacy.show,
    merchant_privacy.set_retention,
    merchant_privacy.set_learning,
):
    merchant.add_command(_choice)


@merchant.command("add")
@click.option("--name", required=True)
@json_option
def add_merchant(name: str, as_json: bool) -> None:
    """Make a merchant.

    \b
    bookbag merchant add --name "Larkspur Outfitters"
    """
    with opened() as service:
        merchant_id = onboarding.add_merchant(service.runtime, name)
    tell({"id": merchant_id}, as_json)


@merchant.command("list")
@json_option
def list_merchants(as_json: bool) -> None:
    """Show all merchants.

    \b
    bookbag merchant list
    """
    with opened() as service, service.database.read() as session:
        for merchant_id, name in unscoped.merchant_names(session):
            show({"id": merchant_id, "name": name}, as_json)


@merchant.command("set-habits")
@click.argument("switch", type=click.Choice(["on", "off"]))
@merchant_option
def set_habits(switch: str, merchant: str) -> None:
    """Say whether it is measured how long drafts are in sight before they are approved.

    Off also erases what was measured.

    \b
    bookbag merchant set-habits off --merchant 0192...
    """
    with opened() as service:
        onboarding.set_habits(service.runtime, merchant, is_on=switch == "on")
    click.echo("measured from now on" if switch == "on" else "not measured any more, and erased")


@click.group()
def shop() -> None:
    """Where a merchant's orders are read."""


@shop.command("add")
@merchant_option
@click.option("--kind", default="shop_api", show_default=True)
@click.option("--url", required=True)
@click.option("--token-file", type=_FILE, required=True)
@json_option
def add_shop(merchant: str, kind: str, url: str, token_file: Path, as_json: bool) -> None:
    """Connect a shop.

    \b
    bookbag shop add --merchant 0192... --url https://shop.example/api --token-file token.txt
    """
    token = read_text(token_file).strip()
    with opened() as service:
        shop_id = onboarding.add_shop(service.runtime, merchant, kind=kind, url=url, token=token)
    tell({"id": shop_id}, as_json)


@click.group()
def macros() -> None:
    """What the built-in drafter answers with."""


@macros.command("load")
@click.argument("file", type=_FILE)
@merchant_option
def load_macros(file: Path, merchant: str) -> None:
    """Put a macro file in use.

    \b
    bookbag macros load macros.yaml --merchant 0192...
    """
    with opened() as service:
        number, count = onboarding.load_macro_file(service.runtime, merchant, read_text(file))
    click.echo(f"version {number} is in use: {count} macro{'s' if count > 1 else ''}")
