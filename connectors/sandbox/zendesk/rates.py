"""How many calls there were lately: headers on every answer, and 429 for one too many.

https://developer.zendesk.com/api-reference/introduction/rate-limits. Whether Zendesk's windows roll
or begin on the minute is not documented: these roll, which is the harder to keep.
"""

from http import HTTPStatus

from flask import Flask, Response, g, request

from connectors.sandbox.zendesk.config import RateLimits
from connectors.sandbox.zendesk.meter import Limit
from connectors.sandbox.zendesk.refusals import refusal
from connectors.sandbox.zendesk.wiring import caller, sandbox

_API = "/api/v2/"
_MINUTE, _TEN_MINUTES = 60.0, 600.0
_NAMED = {
    "updates": "zendesk-rate-limit-tickets-update",
    "exports": "zendesk-rate-limit-incremental-exports",
}


def attach(app: Flask) -> None:
    """Count everything under ``/api``, after it is known who calls."""
    app.before_request(_count)
    app.after_request(_tell)


def _count() -> Response | None:
    if not request.path.startswith(_API):
        return None
    limits = _limits(sandbox().config.limits)
    g.sandbox_limits = limits
    refused = sandbox().meter.take(limits)
    if refused is None:
        return None
    answer = refusal(HTTPStatus.TOO_MANY_REQUESTS)
    answer.headers["Retry-After"] = str(refused[1])
    return answer


def _tell(response: Response) -> Response:
    limits: tuple[Limit, ...] = g.get("sandbox_limits", ())
    for limit in limits:
        left, resets = sandbox().meter.left(limit), sandbox().meter.resets(limit)
        if limit.kind == "calls":
            response.headers["X-Rate-Limit"] = str(limit.most)
            response.headers["X-Rate-Limit-Remaining"] = str(left)
            response.headers["ratelimit-limit"] = str(limit.most)
            response.headers["ratelimit-remaining"] = str(left)
            response.headers["ratelimit-reset"] = str(resets)
        elif limit.kind in _NAMED:
            words = f"total={limit.most}; remaining={left}; resets={resets}"
            response.headers[_NAMED[limit.kind]] = words
    return response


def _limits(most: RateLimits) -> tuple[Limit, ...]:
    """What the present call counts against."""
    limits = [Limit("calls", most.calls, _MINUTE)]
    area, *rest = request.path.removeprefix(_API).split("/")
    if area == "incremental":
        limits.append(Limit("exports", most.exports, _MINUTE))
    if request.method == "PUT" and area == "tickets" and len(rest) == 1:
        limits.append(Limit("updates", most.updates, _MINUTE))
        whose = f"{caller().user.id}:{rest[0]}"
        limits.append(Limit("ticket", most.ticket_updates, _TEN_MINUTES, whose))
    return tuple(limits)
