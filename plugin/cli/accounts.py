"""``bookbag account``: how a merchant's helpdesk accounts are reached, and whom they trust."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from plugin import onboarding
from plugin.cli.answers import json_option, merchant_option, show, tell
from plugin.cli.filters import read_text
from plugin.cli.opened import opened
from plugin.connecting.accounts import webhook_url
from plugin.errors import InvalidInputError
from plugin.models import Role
from plugin.store import merchants
from plugin.telling import channels

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SIGNERS = [role.value for role in Role if role.may_sign_for(Role.AGENT)]
_Command = TypeVar("_Command", bound=Callable[..., Any])


def _access(command: _Command) -> _Command:
    """The options that say how an account is reached; `_credentials` takes them."""
    for option in (
        click.option("--client-secret-file", type=_FILE),
        click.option("--client-id", help="OAuth client."),
        click.option("--api-token-file", type=_FILE),
        click.option("--api-user", help="E-mail of the API token's user."),
    ):
        command = option(command)
    return command


@click.group()
def account() -> None:
    """A merchant's helpdesk accounts."""


@account.command("add")
@merchant_option
@click.option("--helpdesk", required=True, help="zendesk")
@click.option("--url", required=True, help="https://SUBDOMAIN.zendesk.com")
@click.option("--vendor-account", required=True, help="The vendor's number of the account.")
@click.option("--webhook-secret-file", type=_FILE, required=True)
@_access
@click.option("--status-after-send", help="open, pending or solved; kept as it is without.")
@json_option
def add_account(
    *,
    merchant: str,
    helpdesk: str,
    url: str,
    vendor_account: str,
    webhook_secret_file: Path,
    status_after_send: str | None,
    as_json: bool,
    **access: Any,
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
        credentials=_credentials(**access),
        status_after_send=status_after_send,
    )
    with opened() as service:
        account_id, address = onboarding.add_account(service.runtime, merchant, new)
    tell({"id": account_id, "webhook_url": address}, as_json)


@account.command("list")
@merchant_option
@json_option
def list_accounts(merchant: str, as_json: bool) -> None:
    """Show a merchant's accounts with the addresses for their webhooks.

    \b
    bookbag account list --merchant 0192...
    """
    with opened() as service, service.database.read() as session:
        scope = merchants.require_merchant(session, merchant)
        for row in merchants.accounts(session, scope):
            address = webhook_url(service.runtime, row.helpdesk, row.id)
            show({"id": row.id, "url": row.url, "webhook_url": address}, as_json)


@account.command("set-credentials")
@merchant_option
@click.option("--account", "account_id", required=True)
@_access
def set_credentials(merchant: str, account_id: str, **access: Any) -> None:
    """Reach an account with another token or client, where the old one is revoked.

    Notes that waited for it are written; running services need no restart.

    \b
    bookbag account set-credentials --merchant 0192... --account 4f... \\
      --client-id bookbag --client-secret-file new.txt
    """
    with opened() as service:
        onboarding.replace_credentials(
            service.runtime, merchant, account_id, _credentials(**access)
        )
    click.echo("replaced")


@account.command("add-secret")
@merchant_option
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
@merchant_option
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


@account.command("set-bypass")
@merchant_option
@click.option("--account", "account_id", required=True)
@click.option(
    "--make-private/--leave",
    "make_private",
    required=True,
    help="Make such a reply an internal note, or leave it as it is.",
)
def set_bypass(*, merchant: str, account_id: str, make_private: bool) -> None:
    """Choose what becomes of a reply that left without the approval it needed.

    It is noted, tagged and told in any case. An internal note is not shown to the customer any
    more; an e-mail of it may have gone out before.

    \b
    bookbag account set-bypass --merchant 0192... --account 4f... --make-private
    """
    with opened() as service:
        onboarding.set_bypass(service.runtime, merchant, account_id, make_private=make_private)
    click.echo("made private" if make_private else "left as it is")


@account.command("set-group")
@merchant_option
@click.option("--account", "account_id", required=True)
@click.option("--role", type=click.Choice(_SIGNERS), required=True)
@click.option("--group", help="The helpdesk's id of the group.")
@click.option("--none", "remove", is_flag=True, help="Give tickets to no group any more.")
def set_group(
    *, merchant: str, account_id: str, role: str, group: str | None, remove: bool
) -> None:
    """Give a ticket to a group where people of a role are asked to sign its draft.

    \b
    bookbag account set-group --merchant 0192... --account 4f... --role lead --group 360007
    """
    if remove == (group is not None):
        raise InvalidInputError("", "give either --group or --none")
    with opened() as service:
        name = channels.set_group(service.runtime, merchant, account_id, Role(role), group)
    click.echo("no group" if name is None else f"group: {name}")


def _credentials(
    *,
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
