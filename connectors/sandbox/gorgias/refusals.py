"""Gorgias's words for each refusal that can be armed. They are unconfirmed, but for 404."""

from http import HTTPStatus

from flask import Response, jsonify

from connectors.sandbox.gorgias import errors
from connectors.sandbox.gorgias.errors import ApiError


def refusal(status: int) -> Response:
    """The answer with that status."""
    error = _error(HTTPStatus(status))
    response = jsonify(error.body)
    response.status_code = error.status
    return response


def _error(status: HTTPStatus) -> ApiError:
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return errors.unauthorized()
        case HTTPStatus.NOT_FOUND:
            return errors.not_found()
        case HTTPStatus.TOO_MANY_REQUESTS:
            return ApiError(status, "Rate limit exceeded")
        case _:
            return ApiError(status, f"{status.phrase}.")
