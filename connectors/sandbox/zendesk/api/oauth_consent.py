"""The page on which somebody lets a client in: who is signed in says yes or no.

Zendesk signs people in first; here whoever plays the agent in the workspace is. What the page looks
like, and how an unusable address is refused, is unconfirmed.
https://support.zendesk.com/hc/en-us/articles/4408845965210
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from connectors.sandbox.workspace.safety import refuse_other_sites
from connectors.sandbox.zendesk.config import OAuthClient
from connectors.sandbox.zendesk.grants import Consent
from connectors.sandbox.zendesk.wiring import sandbox
from connectors.sandbox.zendesk.workspace.seats import chosen_agent, staff

blueprint = Blueprint(
    "zendesk_consent", __name__, template_folder="../workspace/templates", url_prefix="/oauth"
)
blueprint.before_request(refuse_other_sites)

_ASKED = tuple(
    "response_type client_id redirect_uri scope state code_challenge code_challenge_method".split()
)
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self' {origin}"
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a client asks for, once its address for the answer is known to be its own."""

    client: OAuthClient
    fields: Mapping[str, str]

    @property
    def scopes(self) -> list[str]:
        return self.fields["scope"].split()

    @property
    def wrong(self) -> str | None:
        """What is said to the client in place of asking somebody; None where all is well."""
        if self.fields["response_type"] != "code":
            return "unsupported_response_type"
        if not self.scopes:
            return "invalid_scope"
        method, challenge = self.fields["code_challenge_method"], self.fields["code_challenge"]
        if challenge and method != "S256":
            return "invalid_request"
        # A public client has nothing else to prove itself by.
        return None if self.client.secret or challenge else "invalid_request"

    def back(self, **answer: str) -> Response:
        """To the client, with an answer."""
        state = self.fields["state"]
        told = {**answer, "state": state} if state else answer
        joint = "&" if urlsplit(self.fields["redirect_uri"]).query else "?"
        address = f"{self.fields['redirect_uri']}{joint}{urlencode(told)}"
        return make_response(redirect(address, HTTPStatus.FOUND))


@blueprint.get("/authorizations/new")
def ask() -> ResponseReturnValue:
    """Ask whoever is signed in."""
    asked = _asked(request.args)
    if asked.wrong:
        return asked.back(error=asked.wrong)
    page = render_template(
        "workspace/consent.html",
        client=asked.client,
        fields=asked.fields,
        scopes=asked.scopes,
        agent=chosen_agent(),
        agents=staff(),
        account=sandbox().config.subdomain,
    )
    parts = urlsplit(asked.fields["redirect_uri"])
    answer = make_response(page)
    # Else a browser would not follow the form's answer to the client.
    policy = _POLICY.format(origin=f"{parts.scheme}://{parts.netloc}")
    answer.headers["Content-Security-Policy"] = policy
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/authorizations")
def decide() -> ResponseReturnValue:
    """Yes or no: ``decision`` is ``allow`` or ``deny``, ``agent`` whose e-mail says so."""
    asked = _asked(request.form)
    if asked.wrong:
        return asked.back(error=asked.wrong)
    if request.form.get("decision") != "allow":
        told = "The end-user or authorization server denied the request."
        return asked.back(error="access_denied", error_description=told)
    box = sandbox()
    fields = asked.fields
    consent = Consent(
        fields["client_id"],
        fields["redirect_uri"],
        box.desk.staff(request.form.get("agent")),
        fields["scope"],
        fields["code_challenge"] or None,
    )
    return asked.back(code=box.grants.consent(consent))


def _asked(given: Mapping[str, str]) -> _Asked:
    """Nobody is led to an address that is not the client's own."""
    fields = {name: given.get(name, "") for name in _ASKED}
    client = sandbox().credentials.client(fields["client_id"])
    if client is None:
        raise BadRequest("Invalid authorization request: no such client.")
    if fields["redirect_uri"] not in client.redirect_uris:
        raise BadRequest("Invalid authorization request: this redirect_uri is not the client's.")
    return _Asked(client, fields)
