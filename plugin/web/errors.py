"""Every error in one shape: JSON for machines, a page with the same sentence for people."""

from collections.abc import Mapping
from http import HTTPStatus

import structlog
from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from plugin.errors import BookbagError, InvalidInputError, UnauthenticatedError

log = structlog.get_logger(__name__)

_MACHINE_PATHS = ("/webhooks/", "/healthz", "/readyz")
_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address is not used this way.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is larger than 1 MiB.",
    HTTPStatus.BAD_REQUEST: "The request cannot be read.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side. It is in the log.",
}


def register(web: Flask) -> None:
    """Answer every error of the application."""
    web.register_error_handler(BookbagError, _ours)
    web.register_error_handler(CSRFError, _forged)
    web.register_error_handler(HTTPException, _http)
    web.register_error_handler(Exception, _fault)


def _ours(error: BookbagError) -> ResponseReturnValue:
    if isinstance(error, InvalidInputError):
        fields = {error.field: error.message} if error.field else None
        return _answer(error.http_status, error.code, error.message, fields)
    return _answer(error.http_status, error.code, str(error))


def _forged(_error: CSRFError) -> ResponseReturnValue:
    sentence = "This form is too old. Go back, reload the page and try again."
    return _answer(HTTPStatus.BAD_REQUEST, "form_expired", sentence)


def _http(error: HTTPException) -> ResponseReturnValue:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    return _answer(status, status.name.lower(), _SENTENCES.get(status, status.phrase + "."))


def _fault(error: Exception) -> ResponseReturnValue:
    log.error("request_fault", path=request.path, error=type(error).__name__, exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _answer(status, "internal", _SENTENCES[status])


def _answer(
    status: HTTPStatus, code: str, message: str, fields: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    if _for_machines():
        error: dict[str, object] = {"code": code, "message": message}
        if fields:
            error["fields"] = dict(fields)
        return jsonify(error=error), status
    sign_in = code == UnauthenticatedError.code
    page = render_template("error.html", status=status, message=message, sign_in=sign_in)
    return page, status


def _for_machines() -> bool:
    if request.path.startswith(_MACHINE_PATHS):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"
