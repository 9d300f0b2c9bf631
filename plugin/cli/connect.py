"""``bookbag connect``: let Bookbag into a helpdesk account."""

import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from connectors.connecting import Client
from plugin.app import HELPDESKS, Service
from plugin.cli.answers import json_option, merchant_option, tell
from plugin.cli.filters import read_text
from plugin.cli.opened import opened
from plugin.connecting import accounts, consents
from plugin.connecting.accounts import Wanted
from plugin.connecting.consents import COMMAND, Begun
from plugin.errors import InvalidInputError
from plugin.runtime import Runtime
from plugin.store import merchants
from plugin.store.scope import Scope

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_STATUSES = click.Choice(("open", "pending", "solved"))
_LOOK_SECONDS = 0.5
_TOLD_EACH = timedelta(minutes=1)
_NOT_IN_ORDER = 1


@dataclass(frozen=True, slots=True)
class _Given:
    """The options that say how an account is reached."""

    client_credentials: bool
    client_id: str | None
    client_secret_file: Path | None
    api_user: str | None
    api_token_file: Path | None

    def credentials(self) -> Mapping[str, str] | None:
        """Those that stand by themselves; None where a person is asked.

        Raises:
            InvalidInputError: They do not fit together.
        """
        token, secret = self.api_token_file, self.client_secret_file
        if self.api_user or token:
            others = self.client_credentials or self.client_id or secret
            if others or not (self.api_user and token):
                raise InvalidInputError("", "an API token needs --api-user and --api-token-file")
            return {"api_user": self.api_user, "api_token": read_text(token).strip()}
        if not self.client_id or (self.client_credentials and secret is None):
            raise InvalidInputError(
                "",
                "give --client-id, with --client-secret-file unless the OAuth client is public, or "
                "--api-user and --api-token-file",
            )
        if not self.client_credentials or secret is None:
            return None
        return {"client_id": self.client_id, "client_secret": read_text(secret).strip()}

    def client(self) -> Client:
        """Whom a person lets in."""
        secret = self.client_secret_file
        return Client(self.client_id or "", read_text(secret).strip() if secret else "")


@click.command("connect")
@click.argument("helpdesk", type=click.Choice(HELPDESKS))
@merchant_option
@click.option("--url", "--subdomain", "given", required=True, help="larkspur, or its address.")
@click.option("--client-id", help="OAuth client.")
@click.option("--client-secret-file", type=_FILE, help="Of a confidential OAuth client.")
@click.option("--client-credentials", is_flag=True, help="As the client itself; asks nobody.")
@click.option("--api-user", help="E-mail of the API token's user.")
@click.option("--api-token-file", type=_FILE, help="Where an account still has a token.")
@click.option("--vendor-account", default="", help="Its number; else its first webhook tells.")
@click.option("--status-after-send", type=_STATUSES, help="Kept as it is without.")
@click.option("--no-wait", is_flag=True, help="Print the address and do not wait for the consent.")
@json_option
def connect(
    *,
    helpdesk: str,
    merchant: str,
    given: str,
    vendor_account: str,
    status_after_send: str | None,
    no_wait: bool,
    as_json: bool,
    client_credentials: bool,
    client_id: str | None,
    client_secret_file: Path | None,
    api_user: str | None,
    api_token_file: Path | None,
) -> int:
    """Let Bookbag into a helpdesk account, or let it in again by another way.

    A person consents in the browser; the OAuth client's redirect address is PUBLIC_URL/connect/
    HELPDESK/callback, which the service must be running to answer. With --client-credentials nobody
    is asked. Each way is tried by real calls before anything is stored.

    \b
    bookbag connect zendesk --merchant 0192... --subdomain larkspur --client-id bookbag
    bookbag connect zendesk --merchant 0192... --subdomain larkspur --client-credentials \\
      --client-id bookbag --client-secret-file client.txt
    """
    access = _Given(client_credentials, client_id, client_secret_file, api_user, api_token_file)
    credentials = access.credentials()
    with opened() as service:
        runtime = service.runtime
        with service.database.read() as session:
            scope = merchants.require_merchant(session, merchant)
        url = accounts.address(runtime, helpdesk, given)
        wanted = Wanted(helpdesk, url, vendor_account.strip(), status_after_send)
        if credentials is None:
            begun = consents.begin(runtime, scope, wanted, access.client(), person_id=None)
            if as_json and no_wait:
                tell({"consent_page": begun.page, "until": begun.until.isoformat()}, as_json)
                return 0
            _show(begun, runtime, wanted, to_stderr=as_json)
            return 0 if no_wait else _wait(service, scope, begun, as_json=as_json)
        connected = accounts.connect(runtime, scope, COMMAND, wanted, credentials)
        _done(service, scope, connected.account_id, as_json=as_json)
    return 0


def _show(begun: Begun, runtime: Runtime, wanted: Wanted, *, to_stderr: bool) -> None:
    """Where to consent. `to_stderr`: the answer alone stands on stdout."""
    back = consents.back_address(runtime, wanted.helpdesk)
    _say(f"The OAuth client's redirect address must be {back}")
    _say("Open this address within ten minutes, signed in as the seat that Bookbag writes as:")
    click.echo(f"\n  {begun.page}\n", err=to_stderr)


def _wait(service: Service, scope: Scope, begun: Begun, *, as_json: bool) -> int:
    """Until the service has taken up the answer, or nobody gives one."""
    _say("Waiting for the consent. Ctrl+C stops waiting; the address stays good.")
    told, pause = service.runtime.now(), threading.Event()
    while True:
        found = consents.outcome(service.runtime, scope, begun.id)
        if found.account_id is not None:
            _done(service, scope, found.account_id, as_json=as_json)
            return 0
        if found.failure is not None:
            _say(f"bookbag: not connected. {found.failure}")
            return _NOT_IN_ORDER
        now = service.runtime.now()
        if now - told >= _TOLD_EACH:
            told = now
            minutes = -(-(begun.until - now) // timedelta(minutes=1))
            _say(f"Still waiting: {max(minutes, 1)} min left.")
        pause.wait(_LOOK_SECONDS)


def _done(service: Service, scope: Scope, account_id: str, *, as_json: bool) -> None:
    with service.database.read() as session:
        account = merchants.account(session, scope, account_id)
    address = accounts.webhook_url(service.runtime, account.helpdesk, account_id)
    tell({"id": account_id, "url": account.url, "webhook_url": address}, as_json)
    if sys.stderr.isatty() or not as_json:
        whose = f"--merchant {scope.merchant_id} --account {account_id}"
        _say(f"Next: bookbag install {account.helpdesk} {whose}")


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
