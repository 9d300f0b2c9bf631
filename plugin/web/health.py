"""``/healthz``: this process is alive. ``/readyz``: it can do its work."""

from http import HTTPStatus

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from plugin.errors import ConfigError
from plugin.store import migrate
from plugin.web.state import runtime

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@pages.get("/readyz")
def ready() -> ResponseReturnValue:
    """The database answers and has this release's schema."""
    try:
        migrate.require_current(runtime().database)
    except (ConfigError, SQLAlchemyError) as error:
        why = str(error) if isinstance(error, ConfigError) else "the database does not answer"
        body = jsonify(error={"code": "not_ready", "message": why})
        return body, HTTPStatus.SERVICE_UNAVAILABLE
    return jsonify(status="ok")
