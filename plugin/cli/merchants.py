"""Merchants, shops, people and macros, by command."""

from pathlib import Path

import click

from connectors.types import Money
from plugin import onboarding
from plugin.cli.answers import json_option, merchant_option, show, tell
from plugin.cli.filters import read_text
from plugin.cli.opened import opened
from plugin.errors import InvalidInputError
from plugin.models import Role
from plugin.store import merchants, people, unscoped

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def merchant() -> None:
    """Merchants: tenants of this installation."""


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
def user() -> None:
    """People who give verdicts."""


@user.command("add")
@merchant_option
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--limit", help="The most money one approval may move, such as 100.00.")
@click.option("--currency", default="USD", show_default=True, help="The limit's currency.")
@click.option("--helpdesk-user", help="ACCOUNT:ID, our account's id and their id in the helpdesk.")
@json_option
def add_user(
    *,
    merchant: str,
    email: str,
    name: str,
    role: str,
    limit: str | None,
    currency: str,
    helpdesk_user: str | None,
    as_json: bool,
) -> None:
    """Add a person.

    \b
    bookbag user add --merchant 0192... --email lena@larkspur.example --name "Lena Ortiz" \\
      --role lead --limit 200.00 --helpdesk-user 4f...:360001
    """
    with opened() as service:
        person_id = onboarding.add_person(
            service.runtime,
            merchant,
            email=email,
            name=name,
            role=Role(role),
            limit=_limit(limit, currency),
            helpdesk_user=None if helpdesk_user is None else _helpdesk_user(helpdesk_user),
        )
    tell({"id": person_id}, as_json)


@user.command("link")
@merchant_option
@click.option("--email", required=True)
@click.option("--helpdesk-user", required=True, help="ACCOUNT:ID, as for `user add`.")
@json_option
def link_user(merchant: str, email: str, helpdesk_user: str, as_json: bool) -> None:
    """Say who a person is in a helpdesk, in place of what was said before.

    \b
    bookbag user link --merchant 0192... --email lena@larkspur.example --helpdesk-user 4f...:360001
    """
    known = _helpdesk_user(helpdesk_user)
    with opened() as service:
        person_id = onboarding.link_person(service.runtime, merchant, email, helpdesk_user=known)
    tell({"id": person_id}, as_json)


@user.command("list")
@merchant_option
@json_option
def list_users(merchant: str, as_json: bool) -> None:
    """Show a merchant's people.

    \b
    bookbag user list --merchant 0192...
    """
    with opened() as service, service.database.read() as session:
        scope = merchants.require_merchant(session, merchant)
        for row in people.everybody(session, scope):
            limit = people.limit_of(row)
            shown = {"id": row.id, "email": row.email, "name": row.name, "role": row.role.value}
            show({**shown, "limit": str(limit) if limit else "none"}, as_json)


@user.command()
@merchant_option
@click.option("--email", required=True)
@json_option
def invite(merchant: str, email: str, as_json: bool) -> None:
    """Print a link that signs a person in, once, within a day.

    \b
    bookbag user invite --merchant 0192... --email lena@larkspur.example
    """
    with opened() as service:
        link = onboarding.invite(service.runtime, merchant, email)
    tell({"link": link}, as_json)


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


def _limit(limit: str | None, currency: str) -> Money | None:
    if limit is None:
        return None
    try:
        return Money.parse(limit, currency)
    except ValueError as bad:
        raise InvalidInputError("limit", str(bad)) from bad


def _helpdesk_user(text: str) -> tuple[str, str]:
    account_id, colon, user_id = text.partition(":")
    if not (account_id and colon and user_id):
        raise InvalidInputError("helpdesk-user", "expected ACCOUNT:ID")
    return account_id, user_id
