"""Zendesk's words for each refusal that can be armed.

429: public code. That of 500 and 503 are unconfirmed.
"""

from http import HTTPStatus

from flask import Response, jsonify, request

from connectors.sandbox.zendesk import errors
from connectors.sandbox.zendesk.errors import ApiError


def refusal(status: int) -> Response:
    """The answer with that status, as for the present request."""
    error = _error(HTTPStatus(status))
    response = jsonify(error.body)
    response.status_code = error.status
    return response


def _error(status: HTTPStatus) -> ApiError:
    match status:
        case HTTPStatus.UNAUTHORIZED:
            bearer = request.headers.get("Authorization", "").lower().startswith("bearer ")
            return errors.bad_token() if bearer else errors.unauthorized()
        case HTTPStatus.NOT_FOUND:
            return errors.not_found()
        case HTTPStatus.CONFLICT:
            return errors.outdated()
        case HTTPStatus.UNPROCESSABLE_ENTITY:
            return errors.invalid("base", "cannot be processed")
        case HTTPStatus.TOO_MANY_REQUESTS:
            text = "Number of allowed API requests per minute exceeded"
            return ApiError(status, {"error": "APIRateLimitExceeded", "description": text})
        case _:
            return ApiError(status, {"error": status.phrase.replace(" ", "")})
