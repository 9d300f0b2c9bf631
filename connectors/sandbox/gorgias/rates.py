"""The leaky bucket: headers on every answer, and 429 for one call too many.

https://developers.gorgias.com/reference/limitations. That keys and tokens fill buckets of their own
is unconfirmed.
"""

from http import HTTPStatus

from flask import Flask, Response, request

from connectors.sandbox.gorgias.bucket import Bucket
from connectors.sandbox.gorgias.refusals import refusal
from connectors.sandbox.gorgias.wiring import sandbox

_API = "/api/"
_HEADER = "X-Gorgias-Account-Api-Call-Limit"


def attach(app: Flask) -> None:
    """Count everything under ``/api``, whoever calls."""
    app.before_request(_count)
    app.after_request(_tell)


def _count() -> Response | None:
    if not request.path.startswith(_API) or _bucket().take():
        return None
    return refusal(HTTPStatus.TOO_MANY_REQUESTS)


def _tell(response: Response) -> Response:
    if request.path.startswith(_API):
        level = _bucket().level()
        response.headers[_HEADER] = f"{level.used}/{level.most}"
        # A fault that was armed with a time to wait keeps it.
        response.headers.setdefault("Retry-After", str(level.retry_after))
    return response


def _bucket() -> Bucket:
    bearer = request.headers.get("Authorization", "").lower().startswith("bearer ")
    return sandbox().oauth_calls if bearer else sandbox().key_calls
