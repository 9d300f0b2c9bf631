"""How the workspace opens the installed app: a signed token that names who looks at the page.

``PUT /sandbox/app`` {"url"} installs an app, ``DELETE`` takes it out, ``GET`` shows it with the
public key that its tokens are verified with.
"""

import uuid
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Blueprint
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.errors import invalid
from connectors.sandbox.zendesk.reading import json_body
from connectors.sandbox.zendesk.wiring import Sandbox, sandbox

blueprint = Blueprint("zendesk_app_frame", __name__, url_prefix="/sandbox/app")

_TOKEN_LIFE = timedelta(seconds=60)
_CONTEXT = {"product": "support", "location": "ticket_sidebar"}


class Opening(NamedTuple):
    """What a page needs to open the app. `app_guid` is another one at every page load."""

    url: str
    installation_id: int
    app_guid: str


def opening(box: Sandbox) -> Opening | None:
    """How to open the installed app; None where there is none."""
    url = box.installation.url
    return None if url is None else Opening(url, box.installation.id, str(uuid.uuid4()))


def sign(box: Sandbox, agent_user_id: int) -> str:
    """The token of one page load: that agent is signed in to the workspace, for a minute.

    It names no ticket: which one is shown, the app asks the page.

    Raises:
        ApiError: 404 for nobody, 422 for a customer.
    """
    if not box.desk.user(agent_user_id).is_staff:
        raise invalid("agent", f"{agent_user_id} is not an agent here")
    now = box.desk.now()
    issued = int(now.timestamp())
    return box.installation.sign(
        {
            "iss": _issuer(box),
            "aud": _audience(box),
            # That `sub` names the agent so is unconfirmed.
            "sub": f"https://{_issuer(box)}/api/v2/users/{agent_user_id}.json",
            "iat": issued,
            "nbf": issued,
            "exp": int((now + _TOKEN_LIFE).timestamp()),
            "jti": str(uuid.uuid4()),
            "context": _CONTEXT,
        }
    )


@blueprint.put("")
def install_app() -> ResponseReturnValue:
    """Install the app whose sidebar is at ``{url}``."""
    url = json_body().need_text("url")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise invalid("url", "expected http(s)://host/path without a query")
    box = sandbox()
    box.installation.point_at(url)
    return _shown(box)


@blueprint.get("")
def show_app() -> ResponseReturnValue:
    """The address, null where no app is installed, and what its tokens are checked against."""
    return _shown(sandbox())


@blueprint.delete("")
def remove_app() -> ResponseReturnValue:
    """Take the app out; the key stays the same."""
    box = sandbox()
    box.installation.point_at(None)
    return _shown(box)


def _shown(box: Sandbox) -> dict[str, object]:
    return {
        "url": box.installation.url,
        "public_key": box.installation.public_key(),
        "installation_id": box.installation.id,
        "app_guid": str(uuid.uuid4()),
        "issuer": _issuer(box),
        "audience": _audience(box),
    }


def _issuer(box: Sandbox) -> str:
    return f"{box.config.subdomain}.zendesk.com"


def _audience(box: Sandbox) -> str:
    path = f"api/v2/apps/installations/{box.installation.id}.json"
    return f"https://{_issuer(box)}/{path}"
