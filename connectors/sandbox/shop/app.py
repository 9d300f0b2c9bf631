"""The shop's HTTP interface: ``GET /orders/{id}`` and ``GET /orders?email=``, with a bearer token.

An order is ``{"id", "email", "currency", "total", "placed_at", "status", "tracking_url"?,
"shipping", "items": [{"id", "title", "price", "quantity"}], "refunded"?, "address"?}``, its amounts
decimal strings. Errors are ``{"error": {"code", "message"}}``.

Faults are armed at ``/sandbox/faults``, as in the other stand-ins, ``GET /sandbox/log`` tells what
was read and which calls met a fault, and ``POST`` or ``DELETE /sandbox/orders/{id}`` does what the
shop's staff does. They ask for no token.
"""

import hmac
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from connectors.sandbox.faults import Faults, FaultSeam, fault_routes
from connectors.sandbox.seam import Seam, attach
from connectors.sandbox.shop.orders import Orders

_ORDERS = "sandbox_shop"
_blueprint = Blueprint("shop", __name__)


def create_app(
    orders: Sequence[Mapping[str, Any]],
    token: str,
    *,
    seam: Seam | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Flask:
    """A shop with these orders, read by whoever has the token.

    Args:
        orders: In the shape above.
        token: What a caller must show.
        seam: Goes around everything, armed faults included.
        clock: Counts the seconds of rate windows.

    Raises:
        ValueError: An order is not in the shape above, or the token is empty.
    """
    if not token:
        raise ValueError("token: must not be empty")
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # only the default provider has it
    app.extensions[_ORDERS] = Orders(orders)
    faults, reads = Faults(clock), Counter[str]()

    def authenticate() -> ResponseReturnValue | None:
        if request.path.startswith("/sandbox/"):
            return None
        given = request.headers.get("Authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return None
        return _error(HTTPStatus.UNAUTHORIZED, "unauthorized", "a valid bearer token is needed")

    def count(response: Response) -> Response:
        rule = request.url_rule
        done = response.status_code < HTTPStatus.BAD_REQUEST
        if rule and done and not rule.rule.startswith("/sandbox/"):
            reads[f"{request.method} {rule.rule}"] += 1
        return response

    attach(app, seam)
    attach(app, FaultSeam(faults, paths=("/",), answer=_refusal))
    app.before_request(authenticate)
    app.after_request(count)
    app.register_blueprint(_blueprint)
    app.register_blueprint(fault_routes(faults))
    app.add_url_rule("/sandbox/log", view_func=lambda: {"reads": reads, "faults": faults.log()})
    app.register_error_handler(HTTPException, _failed)
    return app


@_blueprint.get("/orders/<order_id>")
def show_order(order_id: str) -> ResponseReturnValue:
    """One order, or 404."""
    order = _orders().get(order_id)
    if order is None:
        return _error(HTTPStatus.NOT_FOUND, "not_found", f"there is no order {order_id}")
    return jsonify(order)


@_blueprint.get("/orders")
def list_orders() -> ResponseReturnValue:
    """A customer's orders, newest first."""
    email = request.args.get("email", "")
    if not email.strip():
        return _error(HTTPStatus.BAD_REQUEST, "invalid", "email: expected an address")
    return jsonify(orders=_orders().of(email))


@_blueprint.post("/sandbox/orders/<order_id>")
def change_order(order_id: str) -> ResponseReturnValue:
    """Somebody works in the shop: the order gets the fields that are sent."""
    fields = request.get_json(silent=True)
    if not isinstance(fields, dict):
        return _error(HTTPStatus.BAD_REQUEST, "invalid", "expected an object")
    try:
        order = _orders().change(order_id, fields)
    except ValueError as bad:
        return _error(HTTPStatus.BAD_REQUEST, "invalid", str(bad))
    if order is None:
        return _error(HTTPStatus.NOT_FOUND, "not_found", f"there is no order {order_id}")
    return jsonify(order)


@_blueprint.delete("/sandbox/orders/<order_id>")
def take_order_away(order_id: str) -> ResponseReturnValue:
    """The order is deleted in the shop."""
    if not _orders().take_away(order_id):
        return _error(HTTPStatus.NOT_FOUND, "not_found", f"there is no order {order_id}")
    return "", HTTPStatus.NO_CONTENT


def _orders() -> Orders:
    found: Orders = current_app.extensions[_ORDERS]
    return found


def _refusal(status: int) -> Response:
    phrase = HTTPStatus(status).phrase
    return make_response(_error(HTTPStatus(status), phrase.lower().replace(" ", "_"), phrase))


def _failed(error: HTTPException) -> ResponseReturnValue:
    code = error.name.lower().replace(" ", "_")
    return _error(HTTPStatus(error.code or 500), code, error.description or error.name)


def _error(status: HTTPStatus, code: str, message: str) -> ResponseReturnValue:
    return jsonify(error={"code": code, "message": message}), status
