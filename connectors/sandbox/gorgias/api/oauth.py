"""OAuth 2: the consent, and tokens for 24 hours that ``offline`` lets an app renew.

https://developers.gorgias.com/docs/oauth2-authentication-for-creating-apps-with-gorgias. Clients
are confidential and show their secret by basic authentication or in the form; there is no PKCE. The
words of refusals are those of RFC 6749, for Gorgias's are unconfirmed.
"""

from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template_string, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.credentials import basic_pair, same
from connectors.sandbox.gorgias.auth import Grant, Tokens
from connectors.sandbox.gorgias.wiring import sandbox

blueprint = Blueprint("gorgias_oauth", __name__, url_prefix="/oauth")

_PAGE = """<!doctype html><html lang="en"><title>Let {{ name }} in?</title>
<h1>{{ name }} wants to work with {{ domain }}</h1><p>It asks for: {{ scope }}</p>
<form method="post"><label>You are <select name="agent">
{% for seat in seats %}<option>{{ seat.email }}</option>{% endfor %}</select></label>
<button name="answer" value="yes">Authorise</button>
<button name="answer" value="no">Cancel</button></form></html>"""


@blueprint.get("/authorize")
def ask() -> ResponseReturnValue:
    """The page that asks an admin whether the app may in."""
    client = sandbox().credentials.client(request.args.get("client_id", ""))
    if client is None or request.args.get("redirect_uri", "") not in client.redirect_uris:
        return _refused("invalid_client", HTTPStatus.BAD_REQUEST)
    seats = [one for one in sandbox().desk.people.seats() if one.role == "admin"]
    return render_template_string(
        _PAGE,
        name=client.name,
        domain=sandbox().config.domain,
        scope=request.args.get("scope", ""),
        seats=seats,
    )


@blueprint.post("/authorize")
def answer() -> ResponseReturnValue:
    """Yes or no: ``agent`` is who says it."""
    box, asked = sandbox(), request.args
    client_id, back = asked.get("client_id", ""), asked.get("redirect_uri", "")
    client = box.credentials.client(client_id)
    if client is None or back not in client.redirect_uris:
        return _refused("invalid_client", HTTPStatus.BAD_REQUEST)
    told = {"state": asked.get("state", "")}
    if asked.get("response_type") != "code":
        told["error"] = "unsupported_response_type"
    elif request.form.get("answer", "yes") != "yes":
        told["error"] = "access_denied"
    else:
        user = box.desk.people.staff(request.form.get("agent"))
        grant = Grant(client_id, user, asked.get("scope", ""))
        told["code"] = box.credentials.authorise(grant, back)
    joint = "&" if "?" in back else "?"
    return redirect(f"{back}{joint}{urlencode(told)}", HTTPStatus.SEE_OTHER)


@blueprint.post("/token")
def token() -> ResponseReturnValue:
    """Tokens for a code, or for a refresh token."""
    client_id = _client_id()
    if client_id is None:
        return _refused("invalid_client", HTTPStatus.UNAUTHORIZED)
    form, credentials = request.form, sandbox().credentials
    match form.get("grant_type"):
        case "authorization_code":
            code, back = form.get("code", ""), form.get("redirect_uri", "")
            tokens = credentials.redeem(client_id, code, back)
        case "refresh_token":
            tokens = credentials.refresh(client_id, form.get("refresh_token", ""))
        case _:
            return _refused("unsupported_grant_type", HTTPStatus.BAD_REQUEST)
    if tokens is None:
        return _refused("invalid_grant", HTTPStatus.BAD_REQUEST)
    return _json(tokens)


def _client_id() -> str | None:
    """The app that asks, if it shows its secret."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    pair = basic_pair(value.strip()) if kind.lower() == "basic" else None
    form = (request.form.get("client_id", ""), request.form.get("client_secret", ""))
    client_id, secret = pair or form
    client = sandbox().credentials.client(client_id)
    return client_id if client is not None and same(client.secret, secret) else None


def _json(tokens: Tokens) -> dict[str, object]:
    answer = {
        "access_token": tokens.access,
        "token_type": "Bearer",
        "expires_in": sandbox().config.token_seconds,
        "scope": tokens.scope,
    }
    return answer if tokens.refresh is None else {**answer, "refresh_token": tokens.refresh}


def _refused(code: str, status: HTTPStatus) -> ResponseReturnValue:
    return {"error": code}, status
