"""Integrations. Only those of type ``http`` can be made.

https://developers.gorgias.com/reference/the-integration-object
"""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate

from connectors.sandbox.gorgias.api.guard import PREFIX
from connectors.sandbox.gorgias.api.paging import Listing, paged, paging_fields
from connectors.sandbox.gorgias.api.reading import (
    Fields,
    body,
    flag,
    moment,
    one_of,
    query,
    schema,
    text,
)
from connectors.sandbox.gorgias.errors import bad_request
from connectors.sandbox.gorgias.happenings import TRIGGERS
from connectors.sandbox.gorgias.integrations import HTTP, Integration, integration_json
from connectors.sandbox.gorgias.wiring import sandbox

blueprint = Blueprint("gorgias_integrations", __name__, url_prefix=f"{PREFIX}integrations")

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
_TYPES = ("application/json", "application/x-www-form-urlencoded")
_CREATING, _UPDATING = "create integration", "update integration"
_OPTIONAL = {
    "form": fields.Dict(keys=fields.String(), allow_none=True),
    "headers": fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True),
    "hmac_secret": text(),
    "triggers": fields.Nested(schema({name: flag() for name in TRIGGERS}), allow_none=True),
}


def _http(*, required: bool) -> "dict[str, Any]":
    return {
        "url": fields.String(required=required, validate=validate.Length(min=1)),
        "method": one_of(_METHODS, required=required),
        "request_content_type": one_of(_TYPES, required=required),
        "response_content_type": one_of(_TYPES, required=required),
        **_OPTIONAL,
    }


_NEW = schema(
    {
        "name": text(required=True),
        "type": one_of((HTTP,), required=True),
        "description": text(),
        "http": fields.Nested(schema(_http(required=True)), required=True),
    }
)
_CHANGED = schema(
    {
        "name": fields.String(),
        "type": one_of((HTTP,)),
        "description": text(),
        "deactivated_datetime": moment(),
        "http": fields.Nested(schema(_http(required=False))),
    }
)
_LISTING: Listing[Integration] = Listing(
    {"created_datetime": lambda one: one.created_at}, lambda one: one.id, integration_json
)


@blueprint.get("")
def list_integrations() -> ResponseReturnValue:
    """All integrations, or those of a type."""
    asked = query(type=fields.String(), **paging_fields(list(_LISTING.orders)))
    wanted = asked.get("type")
    found = [one for one in sandbox().integrations.all() if wanted in {None, one.type}]
    return paged(found, _LISTING, asked)


@blueprint.get("/<int:integration_id>")
def show(integration_id: int) -> ResponseReturnValue:
    """One integration; ``deactivated_datetime`` tells whether it is called."""
    query()
    return integration_json(sandbox().integrations.get(integration_id))


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Make one that is called from now on."""
    query()
    given = body(_NEW, doing=_CREATING)
    http, secret = _read_http(given["http"], _CREATING)
    plain = {name: given.get(name) for name in ("name", "type", "description")}
    made = sandbox().integrations.add({**plain, "http": http, **secret})
    return integration_json(made), HTTPStatus.CREATED


@blueprint.put("/<int:integration_id>")
def update(integration_id: int) -> ResponseReturnValue:
    """Set what is sent; ``deactivated_datetime: null`` turns it on again."""
    query()
    with sandbox().desk.lock:
        known = sandbox().integrations.get(integration_id)
        given = body(_CHANGED, doing=_UPDATING)
        if known.http is None:
            raise bad_request(f"Failed to {_UPDATING}", {"type": ["Only http can be changed."]})
        changed: dict[str, Any] = {
            name: given[name] for name in ("name", "description") if name in given
        }
        if "deactivated_datetime" in given:
            changed["deactivated_at"] = given["deactivated_datetime"]
        http, secret = _read_http({**known.http, **given.get("http", {})}, _UPDATING)
        after = sandbox().integrations.change(integration_id, {**changed, "http": http, **secret})
    return integration_json(after), HTTPStatus.ACCEPTED


@blueprint.delete("/<int:integration_id>")
def delete(integration_id: int) -> ResponseReturnValue:
    """Delete one."""
    query()
    if sandbox().integrations.get(integration_id).http is None:
        raise bad_request("Failed to delete integration", {"type": ["Only http can be deleted."]})
    sandbox().integrations.remove(integration_id)
    return "", HTTPStatus.NO_CONTENT


def _read_http(given: Fields, doing: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is kept and shown, and the secret, which is kept and not shown."""
    if urlsplit(given["url"].partition("{{")[0]).scheme not in {"http", "https"}:
        raise bad_request(f"Failed to {doing}", {"http": {"url": ["Not a valid URL."]}})
    shown = {name: value for name, value in given.items() if name != "hmac_secret"}
    secret = {"hmac_secret": given["hmac_secret"]} if "hmac_secret" in given else {}
    return {"headers": {}, "triggers": {}, **shown}, secret
