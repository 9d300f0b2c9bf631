"""What is sent to an HTTP integration: address, headers and body, rendered for one trigger."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from connectors.sandbox.gorgias.config import Calling, Signing
from connectors.sandbox.gorgias.integrations import Integration
from connectors.sandbox.gorgias.records import Json
from connectors.sandbox.gorgias.templating import Templates

_BODILESS = frozenset({"GET", "HEAD"})
_URLENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request to be sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


def outgoing(
    integration: Integration, context: Mapping[str, Any], *, calling: Calling, templates: Templates
) -> Outgoing:
    """The request for a trigger.

    A form left out sends the whole ticket and message, an empty one sends nothing: the two reports
    of it are not reconciled.
    """
    http: Json = dict(integration.http or {})
    method, kind = http["method"], http["request_content_type"]
    url = templates.text(http["url"], context)
    form = http.get("form")
    if form is None:
        given: Any = {name: context[name] for name in ("ticket", "message")}
    else:
        given = templates.form(form, context)
    body = b""
    if method in _BODILESS:
        joint = "&" if "?" in url else "?"
        url += f"{joint}{_form(given)}" if form else ""
    elif given:
        body = (_form(given) if kind == _URLENCODED else json.dumps(given)).encode()
    headers = {"Content-Type": kind, "User-Agent": "Gorgias", **(http.get("headers") or {})}
    if integration.hmac_secret:
        signed = _signature(calling.signing, integration.hmac_secret, body)
        headers[calling.signing.header] = signed
    return Outgoing(method, url, headers, body)


def _form(given: Any) -> str:
    # A lone surrogate has no UTF-8 form.
    return urlencode(given, errors="replace")


def _signature(signing: Signing, secret: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), body, hashlib.sha256)
    if signing.encoding == "base64":
        return base64.b64encode(digest.digest()).decode()
    return signing.encoding.replace("hex", digest.hexdigest())
