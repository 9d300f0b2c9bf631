"""Before and after every API call: who calls, what they may, and the count of what was written."""

from http import HTTPStatus

from flask import Flask, Response, request

from connectors.sandbox.zendesk.errors import forbidden
from connectors.sandbox.zendesk.wiring import remember_caller, sandbox

PREFIX = "/api/v2/"
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_VERSIONS = frozenset({"v2", "support"})
_ADMINS_AREAS = frozenset({"webhooks", "triggers", "apps"})
_ADMINS_WRITES = frozenset({"views", "macros", "ticket_fields"})


def attach(app: Flask) -> None:
    """Guard everything under ``/api``."""
    app.before_request(_identify)
    app.after_request(_count)


def _identify() -> None:
    if not request.path.startswith("/api/"):
        return
    caller = sandbox().credentials.caller(request.headers.get("Authorization"))
    area = _area(request.path)
    if not caller.may(area, write=request.method not in _READS):
        raise forbidden("the token's scopes do not cover this")
    reads = request.method in _READS
    for_admins = area in _ADMINS_AREAS or (area in _ADMINS_WRITES and not reads)
    if for_admins and caller.user.role != "admin":
        raise forbidden(f"{area} need an admin")
    remember_caller(caller)


def _area(path: str) -> str:
    """``/api/v2/tickets/1`` is of the tickets, ``/api/apps`` and ``/api/support/apps`` of apps."""
    parts = path.split("/")[2:]
    return parts[1] if parts[0] in _VERSIONS and len(parts) > 1 else parts[0]


def _count(response: Response) -> Response:
    done = response.status_code < HTTPStatus.BAD_REQUEST
    rule = request.url_rule
    if rule and done and request.method not in _READS and rule.rule.startswith("/api/"):
        name = rule.rule.replace("<int:", "<")
        sandbox().ledger.count_write(f"{request.method} {name}")
    return response
