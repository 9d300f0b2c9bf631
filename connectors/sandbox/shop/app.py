"""The shop's HTTP interface: ``GET /orders/{id}`` and ``GET /orders?email=``, with a bearer token.

An order is ``{"id", "email", "currency", "total", "placed_at", "status", "tracking_url"?,
"shipping", "items": [{"id", "title", "price", "quantity"}], "refunded"?, "address"?}``, its amounts
decimal strings. Errors are ``{"error": {"code", "message"}}``.
"""

import hmac
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from connectors.sandbox.seam import Seam, attach
from connectors.sandbox.shop.orders import Orders

_ORDERS = "sandbox_shop"
_blueprint = Blueprint("shop", __name__)


def create_app(
    orders: Sequence[Mapping[str, Any]], token: str, *, seam: Seam | None = None
) -> Flask:
    """A shop with these orders, read by whoever has the token.

    Raises:
        ValueError: An order is not in the shape above, or the token is empty.
    """
    if not token:
        raise ValueError("token: must not be empty")
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # only the default provider has it
    app.extensions[_ORDERS] = Orders(orders)

    def authenticate() -> ResponseReturnValue | None:
        given = request.headers.get("Authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return None
        return _error(HTTPStatus.UNAUTHORIZED, "unauthorized", "a valid bearer token is needed")

    attach(app, seam)
    app.before_request(authenticate)
    app.register_blueprint(_blueprint)
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


def _orders() -> Orders:
    found: Orders = current_app.extensions[_ORDERS]
    return found


def _failed(error: HTTPException) -> ResponseReturnValue:
    code = error.name.lower().replace(" ", "_")
    return _error(HTTPStatus(error.code or 500), code, error.description or error.name)


def _error(status: HTTPStatus, code: str, message: str) -> ResponseReturnValue:
    return jsonify(error={"code": code, "message": message}), status
