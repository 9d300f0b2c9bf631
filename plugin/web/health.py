"""``/healthz``: this process is alive. ``/readyz``: it can do its work.

A web process is ready without a worker anywhere: what comes in is stored and waits, and whoever
sent it away would lose it. The answer says so, for whoever watches. ``bookbag serve`` is to work
itself, so without a worker it is not ready.
"""

from http import HTTPStatus

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from plugin import jobs
from plugin.errors import ConfigError
from plugin.store import leases, migrate
from plugin.web.doors import open_to_strangers
from plugin.web.state import runtime

pages = Blueprint("health", __name__)

WORKS = "BOOKBAG_WORKS"
_NO_WORKER = "no worker is alive: what comes in is stored and waits"


@pages.get("/healthz")
@open_to_strangers("says nothing but that it lives")
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@pages.get("/readyz")
@open_to_strangers("says nothing but whether it can work")
def ready() -> ResponseReturnValue:
    """The database answers, it has this release's tables, and somebody does the jobs."""
    try:
        idle = _is_idle()
    except ConfigError as error:
        return _not_ready(str(error))
    except SQLAlchemyError:
        return _not_ready("the database does not answer")
    if idle and current_app.config[WORKS]:
        return _not_ready(_NO_WORKER)
    return jsonify(status="ok", warnings=[_NO_WORKER] if idle else [])


def _is_idle() -> bool:
    """Whether nobody works on this release's database.

    Raises:
        ConfigError: It is another release's.
    """
    database = runtime().database
    migrate.require_current(database)
    jobs.require_current(database)
    with database.read() as session:
        return not leases.alive(session, silent_for=runtime().pace.silent)


def _not_ready(why: str) -> ResponseReturnValue:
    body = jsonify(error={"code": "not_ready", "message": why})
    return body, HTTPStatus.SERVICE_UNAVAILABLE
