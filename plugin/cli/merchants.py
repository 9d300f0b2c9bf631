"""Merchants, accounts, shops, people and macros, by command."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from connectors.types import Money
from plugin import onboarding
from plugin.cli.filters import read_text
from plugin.cli.opened import opened
from plugin.errors import InvalidInputError
from plugin.models import Role
from plugin.store import merchants, people, unscoped

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_merchant = click.option("--merchant", required=True, help="The merchant's id.")
_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


@click.group()
def merchant() -> None:
    """Merchants: tenants of this installation."""


@merchant.command("add")
@click.option("--name", required=True)
@_json
def add_merchant(name: str, as_json: bool) -> None:
    """Make a merchant.

    \b
    bookbag merchant add --name "Larkspur Outfitters"
    """
    with opened() as service:
        merchant_id = onboarding.add_merchant(service.runtime, name)
    _tell({"id": merchant_id}, as_json)


@merchant.command("list")
@_json
def list_merchants(as_json: bool) -> None:
    """Show all merchants.

    \b
    bookbag merchant list
    """
    with opened() as service, service.database.read() as session:
        for merchant_id, name in unscoped.merchant_names(session):
            _row({"id": merchant_id, "name": name}, as_json)


@click.group()
def account() -> None:
    """A merchant's helpdesk accounts."""


@account.command("add")
@_merchant
@click.option("--helpdesk", required=True, help="zendesk")
@click.option("--url", required=True, help="https://SUBDOMAIN.zendesk.com")
@click.option("--vendor-account", required=True, help="The vendor's number of the account.")
@click.option("--webhook-secret-file", type=_FILE, required=True)
@click.option("--api-user", help="E-mail of the API token's user.")
@click.option("--api-token-file", type=_FILE)
@click.option("--client-id", help="OAuth client.")
@click.option("--client-secret-file", type=_FILE)
@click.option("--status-after-send", help="open, pending or solved; kept as it is without.")
@_json
def add_account(
    *,
    merchant: str,
    helpdesk: str,
    url: str,
    vendor_account: str,
    webhook_secret_file: Path,
    api_user: str | None,
    api_token_file: Path | None,
    client_id: str | None,
    client_secret_file: Path | None,
    status_after_send: str | None,
    as_json: bool,
) -> None:
    """Connect a helpdesk account.

    \b
    bookbag account add --merchant 0192... --helpdesk zendesk \\
      --url https://larkspur.zendesk.com --vendor-account 2222096 \\
      --webhook-secret-file secret.txt --client-id bookbag --client-secret-file client.txt
    """
    new = onboarding.NewAccount(
        helpdesk=helpdesk,
        url=url,
        vendor_account=vendor_account,
        webhook_secret=read_text(webhook_secret_file).strip(),
        credentials=_credentials(api_user, api_token_file, client_id, client_secret_file),
        status_after_send=status_after_send,
    )
    with opened() as service:
        account_id, address = onboarding.add_account(service.runtime, merchant, new)
    _tell({"id": account_id, "webhook_url": address}, as_json)


@account.command("list")
@_merchant
@_json
def list_accounts(merchant: str, as_json: bool) -> None:
    """Show a merchant's accounts with the addresses for their webhooks.

    \b
    bookbag account list --merchant 0192...
    """
    with opened() as service, service.database.read() as session:
        scope = merchants.require_merchant(session, merchant)
        for row in merchants.accounts(session, scope):
            address = onboarding.webhook_url(service.runtime, row.helpdesk, row.id)
            _row({"id": row.id, "url": row.url, "webhook_url": address}, as_json)


@account.command("add-secret")
@_merchant
@click.option("--account", "account_id", required=True)
@click.option("--webhook-secret-file", type=_FILE, required=True)
def add_secret(merchant: str, account_id: str, webhook_secret_file: Path) -> None:
    """Accept webhooks signed with one more secret, while one is rotated.

    \b
    bookbag account add-secret --merchant 0192... --account 4f... --webhook-secret-file new.txt
    """
    secret = read_text(webhook_secret_file).strip()
    with opened() as service:
        onboarding.add_webhook_secret(service.runtime, merchant, account_id, secret)
    click.echo("accepted")


@account.command("add-app")
@_merchant
@click.option("--account", "account_id", required=True)
@click.option("--public-key-file", type=_FILE, required=True, help="The app's public key, PEM.")
@click.option("--audience", required=True, help="The installation's address in the helpdesk's API.")
def add_app(merchant: str, account_id: str, public_key_file: Path, audience: str) -> None:
    """Trust the sidebar's openings that a helpdesk signs.

    \b
    bookbag account add-app --merchant 0192... --account 4f... --public-key-file app.pem \\
      --audience https://larkspur.zendesk.com/api/v2/apps/installations/1.json
    """
    key = read_text(public_key_file)
    with opened() as service:
        onboarding.add_app(service.runtime, merchant, account_id, public_key=key, audience=audience)
    click.echo("accepted")


@click.group()
def shop() -> None:
    """Where a merchant's orders are read."""


@shop.command("add")
@_merchant
@click.option("--kind", default="shop_api", show_default=True)
@click.option("--url", required=True)
@click.option("--token-file", type=_FILE, required=True)
@_json
def add_shop(merchant: str, kind: str, url: str, token_file: Path, as_json: bool) -> None:
    """Connect a shop.

    \b
    bookbag shop add --merchant 0192... --url https://shop.example/api --token-file token.txt
    """
    token = read_text(token_file).strip()
    with opened() as service:
        shop_id = onboarding.add_shop(service.runtime, merchant, kind=kind, url=url, token=token)
    _tell({"id": shop_id}, as_json)


@click.group()
def user() -> None:
    """People who give verdicts."""


@user.command("add")
@_merchant
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--limit", help="The most money one approval may move, such as 100.00.")
@click.option("--currency", default="USD", show_default=True, help="The limit's currency.")
@click.option("--helpdesk-user", help="ACCOUNT:ID, our account's id and their id in the helpdesk.")
@_json
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
    _tell({"id": person_id}, as_json)


@user.command("link")
@_merchant
@click.option("--email", required=True)
@click.option("--helpdesk-user", required=True, help="ACCOUNT:ID, as for `user add`.")
@_json
def link_user(merchant: str, email: str, helpdesk_user: str, as_json: bool) -> None:
    """Say who a person is in a helpdesk, in place of what was said before.

    \b
    bookbag user link --merchant 0192... --email lena@larkspur.example --helpdesk-user 4f...:360001
    """
    known = _helpdesk_user(helpdesk_user)
    with opened() as service:
        person_id = onboarding.link_person(service.runtime, merchant, email, helpdesk_user=known)
    _tell({"id": person_id}, as_json)


@user.command("list")
@_merchant
@_json
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
            _row({**shown, "limit": str(limit) if limit else "none"}, as_json)


@user.command()
@_merchant
@click.option("--email", required=True)
@_json
def invite(merchant: str, email: str, as_json: bool) -> None:
    """Print a link that signs a person in, once, within a day.

    \b
    bookbag user invite --merchant 0192... --email lena@larkspur.example
    """
    with opened() as service:
        link = onboarding.invite(service.runtime, merchant, email)
    _tell({"link": link}, as_json)


@click.group()
def macros() -> None:
    """What the built-in drafter answers with."""


@macros.command("load")
@click.argument("file", type=_FILE)
@_merchant
def load_macros(file: Path, merchant: str) -> None:
    """Put a macro file in use.

    \b
    bookbag macros load macros.yaml --merchant 0192...
    """
    with opened() as service:
        number, count = onboarding.load_macro_file(service.runtime, merchant, read_text(file))
    click.echo(f"version {number} is in use: {count} macro{'s' if count > 1 else ''}")


def _credentials(
    api_user: str | None,
    api_token_file: Path | None,
    client_id: str | None,
    client_secret_file: Path | None,
) -> Mapping[str, str]:
    if client_id and client_secret_file and not (api_user or api_token_file):
        secret = read_text(client_secret_file).strip()
        return {"client_id": client_id, "client_secret": secret}
    if api_user and api_token_file and not (client_id or client_secret_file):
        return {"api_user": api_user, "api_token": read_text(api_token_file).strip()}
    raise InvalidInputError(
        "", "give --client-id and --client-secret-file, or --api-user and --api-token-file"
    )


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


def _row(record: Mapping[str, str], as_json: bool) -> None:
    click.echo(json.dumps(dict(record)) if as_json else "  ".join(record.values()))


def _tell(answer: Mapping[str, str], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(dict(answer)))
    else:
        for name, value in answer.items():
            click.echo(f"{name.replace('_', ' ')}: {value}")
