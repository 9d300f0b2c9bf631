"""``/connect``: a merchant's helpdesk accounts, and how another is let in. For admins.

Whoever consents in the helpdesk is sent back to the callback, whose proof is the state that was
made for them; on the page it counts in the session of the same person alone.
"""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from connectors.connecting import Client
from plugin.connecting import accounts, consents
from plugin.connecting.accounts import CLIENT, CONSENT, TOKEN, Wanted
from plugin.connecting.consents import Answer, NotConnectedError
from plugin.errors import InvalidInputError
from plugin.models import Role
from plugin.store import grants, merchants
from plugin.store.schema import Account
from plugin.web.doors import open_to, open_to_strangers
from plugin.web.sign_in import SignedIn, signed_in, somebody
from plugin.web.state import runtime

pages = Blueprint("connect", __name__, url_prefix="/connect")

open_to_admins = open_to(Role.ADMIN, otherwise="Only an admin connects helpdesks.")
_HELPDESK = "zendesk"
_WAYS = {
    CONSENT: "by a person's consent",
    CLIENT: "by its OAuth client",
    TOKEN: "by an API token",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An account as the page shows it.

    Attributes:
        id: Ours.
        host: Where it is.
        way: How it is reached, in words.
        by_consent: It is reached by a person's consent, which can be given anew.
        since: When it was connected first.
        lost_at: Since when its consent is worth nothing; None where it is good.
        hears: Its webhooks can be told from forged ones.
        number: The vendor's number of it; empty until a webhook tells.
    """

    id: str
    host: str
    way: str
    by_consent: bool
    since: datetime
    lost_at: datetime | None
    hears: bool
    number: str


@dataclass(frozen=True, slots=True)
class ConnectForm:
    """What was typed. The secret is not shown again."""

    url: str = ""
    client_id: str = ""


@pages.get("")
@open_to_admins
def show() -> ResponseReturnValue:
    """All accounts, and the form for another."""
    return _page(ConnectForm())


@pages.post("")
@open_to_admins
def begin() -> ResponseReturnValue:
    """Off to the helpdesk, to consent there."""
    who = signed_in()
    form = ConnectForm(_field("url"), _field("client_id"))
    try:
        url = accounts.address(runtime(), _HELPDESK, form.url)
        client = Client(form.client_id, _field("client_secret"))
        return _onward(who, Wanted(_HELPDESK, url), client)
    except InvalidInputError as wrong:
        return _page(form, wrong), HTTPStatus.UNPROCESSABLE_ENTITY


@pages.post("/accounts/<account_id>")
@open_to_admins
def again(account_id: str) -> ResponseReturnValue:
    """Consent anew for an account, through the OAuth client that it has."""
    who = signed_in()
    with runtime().database.read() as session:
        account = merchants.account(session, who.scope, account_id)
    client = accounts.client_of(account)
    if client is None:
        form = ConnectForm(account.url)
        wrong = InvalidInputError("client-id", "this account has no OAuth client yet: name one")
        return _page(form, wrong), HTTPStatus.UNPROCESSABLE_ENTITY
    wanted = Wanted(account.helpdesk, account.url, account_id=account.id)
    return _onward(who, wanted, client)


@pages.get("/<helpdesk>/callback")
@open_to_strangers("a state that works once, in the session of the person it was made for")
def come_back(helpdesk: str) -> ResponseReturnValue:
    """Whoever was asked comes back with the answer."""
    who = somebody()
    answer = Answer(*(request.args.get(name, "") for name in ("state", "code", "error")))
    person_id = who.person.id if who else None
    try:
        connected = consents.finish(runtime(), helpdesk, answer, person_id=person_id)
    except NotConnectedError as failed:
        return render_template("connect_failed.html", who=who, failed=failed), failed.status
    return render_template("connect_done.html", who=who, connected=connected, helpdesk=helpdesk)


def _onward(who: SignedIn, wanted: Wanted, client: Client) -> str:
    """A page that leads on by itself: a form may lead nowhere but to us (``form-action``)."""
    begun = consents.begin(runtime(), who.scope, wanted, client, person_id=who.person.id)
    return render_template("connect_onward.html", who=who, begun=begun, host=_host(wanted.url))


def _page(form: ConnectForm, wrong: InvalidInputError | None = None) -> str:
    who = signed_in()
    with runtime().database.read() as session:
        lost = grants.lost_since(session, who.scope)
        shown = [
            _shown(
                account,
                lost.get(account.id),
                hears=bool(merchants.webhook_secrets(session, who.scope, account.id)),
            )
            for account in merchants.accounts(session, who.scope)
        ]
    return render_template(
        "connect.html",
        who=who,
        accounts=shown,
        form=form,
        wrong={wrong.field: wrong.message} if wrong else {},
        back=consents.back_address(runtime(), _HELPDESK),
        helpdesk=_HELPDESK,
    )


def _shown(account: Account, lost_at: datetime | None, *, hears: bool) -> Shown:
    way = accounts.how(account)
    return Shown(
        account.id,
        _host(account.url),
        _WAYS[way],
        way == CONSENT,
        account.created_at,
        lost_at,
        hears,
        account.vendor_account,
    )


def _host(url: str) -> str:
    return urlsplit(url).netloc or url


def _field(name: str) -> str:
    return request.form.get(name, "").strip()
