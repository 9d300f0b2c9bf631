"""Before and after every API call: who calls, what they may, and the count of what was written."""

from http import HTTPStatus

from flask import Flask, Response, request

from connectors.sandbox.zendesk.errors import forbidden
from connectors.sandbox.zendesk.wiring import remember_caller, sandbox

PREFIX = "/api/v2/"
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def attach(app: Flask) -> None:
    """Guard everything under ``/api``."""
    app.before_request(_identify)
    app.after_request(_count)


def _identify() -> None:
    if not request.path.startswith("/api/"):
        return
    caller = sandbox().credentials.caller(request.headers.get("Authorization"))
    area = request.path.removeprefix(PREFIX).split("/")[0]
    if not caller.may(area, write=request.method not in _READS):
        raise forbidden("the token's scopes do not cover this")
    if area == "webhooks" and caller.user.role != "admin":
        raise forbidden("webhooks need an admin")
    remember_caller(caller)


def _count(response: Response) -> Response:
    done = response.status_code < HTTPStatus.BAD_REQUEST
    rule = request.url_rule
    if rule and done and request.method not in _READS and rule.rule.startswith(PREFIX):
        name = rule.rule.replace("<int:", "<")
        sandbox().ledger.count_write(f"{request.method} {name}")
    return response
