"""``/zendesk/<account-id>/sidebar``: the page that stands beside a ticket in the helpdesk.

Zendesk opens it by posting a signed token that names its agent; that is exchanged for a session of
ours (`sidebar_session`). The page itself shows nothing of any ticket: its script asks the helpdesk
which one is open and fetches it from `sidebar_draft`. Only the account's own helpdesk may frame it.
"""

from http import HTTPStatus
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.errors import MissingError, UnauthenticatedError
from plugin.store import people, unscoped
from plugin.store.people_tables import PersonRow
from plugin.store.schema import Account
from plugin.store.scope import Scope
from plugin.web.app_token import UntrustedTokenError, helpdesk_user
from plugin.web.doors import EVERYBODY, open_to, open_to_strangers
from plugin.web.headers import content_policy
from plugin.web.modules import modules
from plugin.web.sidebar_session import account_of, begin
from plugin.web.sign_in import signed_in
from plugin.web.state import runtime

log = structlog.get_logger(__name__)

pages = Blueprint("sidebar", __name__)

_VENDOR_DOMAIN = ".zendesk.com"
# Zendesk's own library, from where Zendesk publishes it:
# https://github.com/zendesk/zendesk_app_framework_sdk
_VENDOR_SCRIPT = "https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js"
_VENDOR_SCRIPTS = "https://static.zdassets.com"
# Who is told about a wrong token is whoever made it; why stands in the log.
_UNOPENED = (
    "Bookbag could not be opened. Reload the ticket; if that does not help, tell your admin."
)
_DEACTIVATED = "You are deactivated in Bookbag. Ask an admin to let you back in."
_SIGN_IN = (
    "Open Bookbag beside a ticket in your helpdesk, or sign in with the link your admin gave you."
)


@pages.post("/zendesk/<account_id>/sidebar")
@open_to_strangers("the helpdesk's signed token")
def open_signed(account_id: str) -> ResponseReturnValue:
    """Open the sidebar for the agent whom the helpdesk's token names."""
    account = _account(account_id)
    try:
        user = _user(account)
    except UntrustedTokenError as untrusted:
        log.warning("sidebar_refused", account=account.id, reason=str(untrusted))
        return _closed(account, _UNOPENED, HTTPStatus.UNAUTHORIZED)
    scope = Scope(account.merchant_id)
    with runtime().database.write() as session:
        person = people.by_helpdesk_user(session, scope, account.id, user)
        if person is not None and person.deactivated_at is not None:
            return _closed(account, _DEACTIVATED, HTTPStatus.FORBIDDEN)
        token = begin(session, scope, person) if person else ""
    if person is None:
        return _unknown_person(account, user)
    return _page(account, person, token)


@pages.get("/zendesk/<account_id>/sidebar")
@open_to(*EVERYBODY, in_own_words=True)
def show(account_id: str) -> ResponseReturnValue:
    """The same page for somebody signed in with us: to look, since a cookie lets nobody act."""
    account = _account(account_id)
    try:
        who = signed_in()
    except UnauthenticatedError:
        return _closed(account, _SIGN_IN, HTTPStatus.UNAUTHORIZED)
    if who.scope.merchant_id != account.merchant_id:
        raise MissingError(f"There is no account {account_id}.")
    return _page(account, who.person, "")


def _account(account_id: str) -> Account:
    with runtime().database.read() as session:
        scope = unscoped.scope_of_account(session, account_id)
        if scope is None:
            raise MissingError(f"There is no account {account_id}.")
        return account_of(session, scope, account_id)


def _user(account: Account) -> str:
    if account.app_key is None or account.app_audience is None:
        raise UntrustedTokenError("no app is registered for this account")
    return helpdesk_user(
        request.form.get("token", ""),
        key=account.app_key,
        audience=account.app_audience,
        now=runtime().now(),
    )


def _page(account: Account, person: PersonRow, token: str) -> ResponseReturnValue:
    tickets = url_for("sidebar_draft.show", account_id=account.id, ticket_id="TICKET")
    return _beside_ticket(
        account,
        "sidebar.html",
        script="sidebar.js",
        signed=bool(token),
        person=person,
        token=token,
        tickets_url=tickets,
    )


def _unknown_person(account: Account, user: str) -> ResponseReturnValue:
    status = HTTPStatus.FORBIDDEN
    return _beside_ticket(account, "sidebar_unknown.html", signed=True, status=status, user=user)


def _beside_ticket(
    account: Account,
    template: str,
    *,
    script: str = "frame.js",
    signed: bool,
    status: HTTPStatus = HTTPStatus.OK,
    **shown: object,
) -> ResponseReturnValue:
    """A page that speaks with the helpdesk around it. `signed`: the helpdesk opened it."""
    vendor = signed and _is_vendors(account)
    page = render_template(
        template,
        account=account,
        host="zendesk" if vendor else "sandbox",
        vendor_script=_VENDOR_SCRIPT if vendor else None,
        host_origin=_origin(account),
        script=script,
        modules=modules(script),
        **shown,
    )
    return _framed(account, page, status=status, scripts=_VENDOR_SCRIPTS if vendor else "")


def _closed(account: Account, sentence: str, status: HTTPStatus) -> ResponseReturnValue:
    page = render_template("sidebar_closed.html", sentence=sentence)
    return _framed(account, page, status=status)


def _framed(
    account: Account, page: str, *, status: HTTPStatus = HTTPStatus.OK, scripts: str = ""
) -> ResponseReturnValue:
    response = make_response(page, status)
    # Should the helpdesk isolate its own pages, its frames must say that they let it.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Content-Security-Policy"] = content_policy(
        framed_by=_origin(account), scripts=scripts
    )
    return response


def _origin(account: Account) -> str:
    """The helpdesk's, as we know it: never what a query string says."""
    parts = urlsplit(account.url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_vendors(account: Account) -> bool:
    """A real Zendesk, with its own library; anything else speaks the sandbox's protocol."""
    parts = urlsplit(account.url)
    return parts.scheme == "https" and (parts.hostname or "").endswith(_VENDOR_DOMAIN)
