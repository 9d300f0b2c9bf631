"""Every error in one shape: JSON for machines, a page with the same sentence for people."""

import math
from collections.abc import Mapping
from http import HTTPStatus

import structlog
from flask import Flask, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadHost, HTTPException, TooManyRequests

from plugin.errors import BookbagError, InvalidInputError, LinkOverError, UnauthenticatedError
from plugin.web.limits import seconds_to_wait

log = structlog.get_logger(__name__)

_MACHINE_PATHS = ("/webhooks/", "/healthz", "/readyz", "/metrics")
_TITLES = {
    HTTPStatus.BAD_REQUEST: "That did not work",
    HTTPStatus.UNAUTHORIZED: "You are not signed in",
    HTTPStatus.FORBIDDEN: "Not yours to do",
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.METHOD_NOT_ALLOWED: "Not found",
    HTTPStatus.CONFLICT: "It moved meanwhile",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "That cannot be read",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Something is missing",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many tries",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong",
}
_MEBIBYTE = 1024 * 1024
_LONG_WAIT = 120
_OTHER_WAYS_IN = "The sidebar beside a ticket and a link from your admin let you in meanwhile."
# What an HTTP error tells beside its status.
_KEPT_HEADERS = ("Allow", "Retry-After")
_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address is not used this way.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Send the body as it is, without a Content-Encoding.",
    HTTPStatus.BAD_REQUEST: "The request cannot be read.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The fault is on our side, and it is in the log. Try again.",
}


def register(web: Flask) -> None:
    """Answer every error of the application."""
    # Else Werkzeug leads from a path with // to the host that the request names.
    web.url_map.merge_slashes = False
    web.register_error_handler(BookbagError, _ours)
    web.register_error_handler(CSRFError, _forged)
    web.register_error_handler(TooManyRequests, _too_often)
    web.register_error_handler(HTTPException, _http)
    web.register_error_handler(Exception, _fault)


def _ours(error: BookbagError) -> ResponseReturnValue:
    if isinstance(error, InvalidInputError):
        fields = {error.field: error.message} if error.field else None
        return _answer(error.http_status, error.code, error.message, fields)
    title = error.title if isinstance(error, LinkOverError) else None
    return _answer(error.http_status, error.code, str(error), title=title)


def _forged(_error: CSRFError) -> ResponseReturnValue:
    sentence = "This form is too old. Go back, reload the page and try again."
    return _answer(HTTPStatus.BAD_REQUEST, "form_expired", sentence)


def _too_often(_error: TooManyRequests) -> ResponseReturnValue:
    seconds = seconds_to_wait()
    wait = f"{seconds} seconds" if seconds < _LONG_WAIT else f"{math.ceil(seconds / 60)} minutes"
    sentence = f"This was tried too often. Wait {wait}, then try again."
    if (request.blueprint or "") == "sign_in":
        sentence += f" {_OTHER_WAYS_IN}"
    status = HTTPStatus.TOO_MANY_REQUESTS
    answer = make_response(_answer(status, "too_often", sentence))
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _http(error: HTTPException) -> ResponseReturnValue:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if status < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    sentence = _SENTENCES.get(status, status.phrase + ".")
    if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE and request.max_content_length:
        sentence = f"The request is larger than {request.max_content_length // _MEBIBYTE} MiB."
    answer = make_response(_answer(status, status.name.lower(), sentence))
    headers = dict(error.get_headers())
    answer.headers.update({name: headers[name] for name in _KEPT_HEADERS if name in headers})
    return answer


def _fault(error: Exception) -> ResponseReturnValue:
    # Not its path: that of a sign-in link lets somebody in.
    rule = request.url_rule.rule if request.url_rule else None
    log.error("request_fault", rule=rule, error=type(error).__name__, exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _answer(status, "internal", _SENTENCES[status])


def _answer(
    status: HTTPStatus,
    code: str,
    message: str,
    fields: Mapping[str, str] | None = None,
    *,
    title: str | None = None,
) -> ResponseReturnValue:
    # A page links to others, which nothing can build for a Host header that names no host.
    if for_machines() or isinstance(request.routing_exception, BadHost):
        error: dict[str, object] = {"code": code, "message": message}
        if fields:
            error["fields"] = dict(fields)
        return jsonify(error=error), status
    page = render_template(
        "error.html",
        who=g.get("signed_in"),
        title=title or _TITLES.get(status, status.phrase),
        message=message,
        stranger=code == UnauthenticatedError.code,
        kept=_kept(),
        wanted=request.path if request.method == "GET" else None,
    )
    return page, status


def _kept() -> str | None:
    """A policy file that somebody wrote, which no error may lose."""
    if not (request.blueprint or "").startswith("policy_"):
        return None
    try:
        return request.form.get("source")
    except HTTPException:
        return None


def for_machines() -> bool:
    """Whether whoever asks reads JSON."""
    if request.path.startswith(_MACHINE_PATHS):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"
