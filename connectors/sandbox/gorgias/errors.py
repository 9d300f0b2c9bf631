"""Refusals in Gorgias's shape: ``{"error": {"msg", "data"?}}``.

https://developers.gorgias.com/reference/errors. The texts but for the documented ones are
unconfirmed.
"""

from collections.abc import Mapping
from http import HTTPStatus


class ApiError(Exception):
    """A request is refused.

    Attributes:
        status: HTTP status.
        message: What ``error.msg`` says.
        data: What is wrong, by field.
    """

    def __init__(
        self, status: HTTPStatus, message: str, data: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.data = data

    @property
    def body(self) -> dict[str, object]:
        """The JSON answer."""
        told: dict[str, object] = {"msg": self.message}
        if self.data is not None:
            told["data"] = dict(self.data)
        return {"error": told}


def unauthorized() -> ApiError:
    """401: no credentials, or wrong ones."""
    return ApiError(HTTPStatus.UNAUTHORIZED, "Unauthorized")


def forbidden(why: str) -> ApiError:
    """403: known, and not allowed."""
    return ApiError(HTTPStatus.FORBIDDEN, f"You are not allowed to do this: {why}.")


def not_found() -> ApiError:
    """404: no such thing."""
    return ApiError(HTTPStatus.NOT_FOUND, "Resource not found.")


def bad_request(message: str, data: Mapping[str, object] | None = None) -> ApiError:
    """400: the request cannot be read, or a field of it is wrong."""
    return ApiError(HTTPStatus.BAD_REQUEST, message, data)


def invalid(field: str, why: str) -> ApiError:
    """400 for one field. Whoever knows what was tried says so by `doing`."""
    return bad_request("Invalid data", {field: [why]})
