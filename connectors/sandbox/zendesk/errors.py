"""Refusals in Zendesk's shapes.

The reference gives the codes; the texts and the shape of 403 and 422 are unconfirmed.
"""

from collections.abc import Mapping
from http import HTTPStatus


class ApiError(Exception):
    """A request is refused.

    Attributes:
        status: HTTP status.
        body: The JSON answer.
    """

    def __init__(self, status: HTTPStatus, body: Mapping[str, object]) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body


def unauthorized() -> ApiError:
    """401: no credentials, or wrong ones."""
    return ApiError(HTTPStatus.UNAUTHORIZED, {"error": "Couldn't authenticate you"})


def bad_token() -> ApiError:
    """401: an OAuth token that is unknown or has run out."""
    text = "The access token provided is expired, revoked, malformed or invalid for other reasons."
    return ApiError(HTTPStatus.UNAUTHORIZED, {"error": "invalid_token", "error_description": text})


def forbidden(why: str) -> ApiError:
    """403: known, and not allowed."""
    return ApiError(
        HTTPStatus.FORBIDDEN,
        {"error": {"title": "Forbidden", "message": f"You do not have access: {why}."}},
    )


def not_found() -> ApiError:
    """404: no such thing."""
    return ApiError(HTTPStatus.NOT_FOUND, {"error": "RecordNotFound", "description": "Not found"})


def outdated() -> ApiError:
    """409: ``updated_stamp`` is not the ticket's ``updated_at``."""
    text = "Safe Update prevented the update due to outdated ticket data. Fetch it and try again."
    return ApiError(HTTPStatus.CONFLICT, {"error": "UpdateConflict", "description": text})


def bad_request(description: str) -> ApiError:
    """400: the request cannot be read."""
    return ApiError(HTTPStatus.BAD_REQUEST, {"error": "BadRequest", "description": description})


def invalid(field: str, description: str) -> ApiError:
    """422: a field is wrong."""
    return ApiError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        {
            "error": "RecordInvalid",
            "description": "Record validation errors",
            "details": {field: [{"description": f"{field}: {description}"}]},
        },
    )
