"""Puts the sandbox together."""

from http import HTTPStatus

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from connectors.sandbox.delivering.control import webhook_fault_routes
from connectors.sandbox.delivering.faults import WebhookFaults
from connectors.sandbox.faults import Faults, FaultSeam, fault_routes
from connectors.sandbox.gorgias import (
    ai_agent,
    control,
    integration_control,
    macro_control,
    rates,
    sending_control,
    truth,
    workspace,
)
from connectors.sandbox.gorgias.api import (
    events,
    guard,
    integrations,
    messages,
    oauth,
    people,
    shelves,
    tags,
    ticket_tags,
    tickets,
    view_items,
)
from connectors.sandbox.gorgias.auth import Credentials
from connectors.sandbox.gorgias.bucket import Bucket
from connectors.sandbox.gorgias.config import SandboxConfig
from connectors.sandbox.gorgias.deliveries import FAULTS, Deliveries
from connectors.sandbox.gorgias.desk import Desk
from connectors.sandbox.gorgias.errors import ApiError
from connectors.sandbox.gorgias.integrations import Integrations
from connectors.sandbox.gorgias.journal import Journal
from connectors.sandbox.gorgias.ledger import Ledger
from connectors.sandbox.gorgias.mailroom import Mailroom
from connectors.sandbox.gorgias.refusals import refusal
from connectors.sandbox.gorgias.shelf import Shelf
from connectors.sandbox.gorgias.sidebar import Sidebar
from connectors.sandbox.gorgias.templating import Templates
from connectors.sandbox.gorgias.wiring import Sandbox, install
from connectors.sandbox.seam import Seam, attach
from connectors.sandbox.server import add_background
from connectors.sandbox.workspace import shared

_LARGEST_REQUEST_BYTES = 4 * 1024 * 1024
# The workspace's pages are not among them: a page that refreshes would use faults up.
_INTERFACE = ("/api/", "/oauth/")
_AREAS = (
    *(oauth, tickets, messages, ticket_tags, tags, people, events, integrations, view_items),
    *(control, ai_agent, sending_control, integration_control, macro_control, truth),
    workspace,
)


def create_app(config: SandboxConfig, *, seam: Seam | None = None) -> Flask:
    """A helpdesk with the seats of `config` and no tickets.

    Messages are sent and integrations called while a `SandboxServer` serves the app.
    """
    # The root's static folder is off: the pages bring their own.
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_REQUEST_BYTES
    # Gorgias gives its addresses with a slash at the end, and takes them without one.
    app.url_map.strict_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]  # only the default provider has it
    sandbox = _build(config)
    install(app, sandbox)
    add_background(app, sandbox.mailroom)
    add_background(app, sandbox.deliveries)
    attach(app, seam)
    attach(app, FaultSeam(sandbox.faults, paths=_INTERFACE, answer=refusal))
    rates.attach(app)
    guard.attach(app)
    for area in _AREAS:
        app.register_blueprint(area.blueprint)
    for kind in shelves.KINDS:
        app.register_blueprint(shelves.shelf_routes(kind))
    app.register_blueprint(shared)
    app.register_blueprint(fault_routes(sandbox.faults))
    faults, line = sandbox.webhook_faults, sandbox.deliveries
    app.register_blueprint(webhook_fault_routes(faults, line, kinds=FAULTS))
    app.register_error_handler(ApiError, _refused)
    app.register_error_handler(HTTPException, _failed)
    return app


def _build(config: SandboxConfig) -> Sandbox:
    desk = Desk(config)

    def seconds() -> float:
        return config.clock().timestamp()

    def bucket(most: int) -> Bucket:
        return Bucket(most, config.limits.seconds, clock=seconds, lock=desk.lock)

    ledger = Ledger(desk.lock)
    journal = Journal(desk.ids, desk.lock)
    mailroom = Mailroom(desk, ledger, seconds=config.sending_seconds)
    integrations = Integrations(desk, failures=config.calling.failures)
    kept = {kind.area: Shelf(desk, kind.area) for kind in shelves.KINDS}
    templates = Templates(config.calling.null_text)
    webhook_faults = WebhookFaults(desk.lock)
    deliveries = Deliveries(config, desk, integrations, webhook_faults, templates)
    desk.watch(ledger.see)
    desk.watch(lambda change: journal.see(change, desk.now(), desk.tags))
    desk.watch(deliveries.see)
    desk.watch(mailroom.see)
    return Sandbox(
        config=config,
        desk=desk,
        credentials=Credentials(config, desk),
        key_calls=bucket(config.limits.key_calls),
        oauth_calls=bucket(config.limits.oauth_calls),
        journal=journal,
        ledger=ledger,
        mailroom=mailroom,
        integrations=integrations,
        deliveries=deliveries,
        webhook_faults=webhook_faults,
        shelves=kept,
        sidebar=Sidebar(desk, kept["widgets"], integrations, templates),
        templates=templates,
        faults=Faults(seconds),
    )


def _refused(error: ApiError) -> ResponseReturnValue:
    return jsonify(error.body), error.status


def _failed(error: HTTPException) -> ResponseReturnValue:
    """JSON for machines; werkzeug's short page for people."""
    if not request.path.startswith(("/api/", "/oauth/", "/sandbox/")):
        return error
    message = "Resource not found." if error.code == HTTPStatus.NOT_FOUND else f"{error.name}."
    return jsonify(error={"msg": message}), error.code or 500
