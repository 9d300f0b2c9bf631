"""Before and after every API call: who calls, what they may, and the count of what was written."""

from http import HTTPStatus

from flask import Flask, Response, request

from connectors.sandbox.gorgias.errors import forbidden
from connectors.sandbox.gorgias.wiring import remember_caller, sandbox

PREFIX = "/api/"
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_ADMINS_WRITES = frozenset({"integrations", "widgets"})
# ``tickets:*`` covers views, messages, tags and assignees. For the others, all but integrations,
# customers, users, events and custom fields are unconfirmed.
_SCOPES = {
    "custom-fields": "custom_fields",
    "customers": "customers",
    "events": "events",
    "integrations": "integrations",
    "teams": "users",
    "users": "users",
    "widgets": "integrations",
}


def attach(app: Flask) -> None:
    """Guard everything under ``/api``."""
    app.before_request(_identify)
    app.after_request(_count)


def _identify() -> None:
    if not request.path.startswith(PREFIX):
        return
    caller = sandbox().credentials.caller(request.headers.get("Authorization"))
    area = request.path.removeprefix(PREFIX).partition("/")[0]
    writes = request.method not in _READS
    scope = _SCOPES.get(area, "tickets")
    if not caller.may(scope, write=writes):
        raise forbidden(f"the token lacks the scope {scope}")
    if writes and caller.user.role == "observer-agent":
        raise forbidden("observers change nothing")
    if writes and area in _ADMINS_WRITES and caller.user.role != "admin":
        raise forbidden(f"{area} need an admin")
    remember_caller(caller)


def _count(response: Response) -> Response:
    done = response.status_code < HTTPStatus.BAD_REQUEST
    rule = request.url_rule
    if rule and done and request.method not in _READS and rule.rule.startswith(PREFIX):
        name = rule.rule.replace("<int:", "<")
        sandbox().ledger.count_write(f"{request.method} {name}")
    return response
